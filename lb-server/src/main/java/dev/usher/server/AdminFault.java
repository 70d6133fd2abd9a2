package dev.usher.server;

import java.io.PrintWriter;

/** Why a running usher could not be asked, or did not do what was asked; the message says what to do. */
final class AdminFault extends Exception {
    private static final long serialVersionUID = 1;

    private final boolean nothingFound;

    AdminFault(String message) {
        this(message, false);
    }

    private AdminFault(String message, boolean nothingFound) {
        super(message, null, false, false); // for people, who have no use for a stack
        this.nothingFound = nothingFound;
    }

    /** That no running usher was found. */
    static AdminFault nothingFound(String message) {
        return new AdminFault(message, true);
    }

    boolean isNothingFound() {
        return nothingFound;
    }

    /** Ends a command with it: says it, and gives the exit code. */
    int tell(PrintWriter err) {
        err.println("usher: " + getMessage());
        err.flush();
        return ExitCode.FAILED;
    }
}
