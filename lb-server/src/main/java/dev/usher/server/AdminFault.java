package dev.usher.server;

import dev.usher.config.Printable;
import java.io.PrintWriter;
import java.util.stream.Collectors;

/** Why a running usher could not be asked, or did not do what was asked; the message says what to do. */
final class AdminFault extends Exception {
    private static final long serialVersionUID = 1;

    private final boolean nothingFound;

    AdminFault(String message) {
        this(message, false);
    }

    private AdminFault(String message, boolean nothingFound) {
        super(printable(message), null, false, false); // for people, who have no use for a stack
        this.nothingFound = nothingFound;
    }

    /** Line by line: a list of processes has several. */
    private static String printable(String message) {
        return message.lines().map(Printable::of).collect(Collectors.joining("\n"));
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
