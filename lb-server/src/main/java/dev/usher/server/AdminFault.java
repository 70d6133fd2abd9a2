package dev.usher.server;

import dev.usher.config.Printable;
import java.io.PrintWriter;
import java.util.stream.Collectors;

/** Why a running usher could not be asked, or did not do what was asked; the message says what to do. */
final class AdminFault extends Exception {
    private static final long serialVersionUID = 1;

    private enum Kind {
        NOTHING_FOUND,
        CONFLICT,
        OTHER
    }

    private final Kind kind;

    AdminFault(String message) {
        this(message, Kind.OTHER);
    }

    private AdminFault(String message, Kind kind) {
        super(printable(message), null, false, false); // for people, who have no use for a stack
        this.kind = kind;
    }

    /** Line by line: a list of processes has several. */
    private static String printable(String message) {
        return message.lines().map(Printable::of).collect(Collectors.joining("\n"));
    }

    /** That no running usher was found. */
    static AdminFault nothingFound(String message) {
        return new AdminFault(message, Kind.NOTHING_FOUND);
    }

    boolean isNothingFound() {
        return kind == Kind.NOTHING_FOUND;
    }

    /** That it is not done as things are. */
    static AdminFault conflict(String message) {
        return new AdminFault(message, Kind.CONFLICT);
    }

    boolean isConflict() {
        return kind == Kind.CONFLICT;
    }

    /** Ends a command with it: says it, and gives the exit code. */
    int tell(PrintWriter err) {
        err.println("usher: " + getMessage());
        err.flush();
        return ExitCode.FAILED;
    }
}
