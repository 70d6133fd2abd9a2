package dev.usher.server;

import dev.usher.config.Printable;
import java.io.PrintWriter;
import java.util.List;
import java.util.stream.Collectors;

/** A failed request to a running usher; the message has the remedy. */
final class AdminFault extends Exception {
    private static final long serialVersionUID = 1;

    private enum Kind {
        NOTHING_FOUND,
        CONFLICT,
        OTHER
    }

    private final Kind kind;

    AdminFault(String message) {
        this(message, List.of());
    }

    /**
     * @param lines below the message, indented; control characters are escaped, so no text starts a line of its own
     */
    AdminFault(String message, List<String> lines) {
        this(message, lines, Kind.OTHER);
    }

    private AdminFault(String message, List<String> lines, Kind kind) {
        super(printable(message, lines), null, false, false); // no stack trace: the message is for people
        this.kind = kind;
    }

    private static String printable(String message, List<String> lines) {
        return Printable.of(message)
                + lines.stream().map(line -> "\n  " + Printable.of(line)).collect(Collectors.joining());
    }

    /** A fault for the case that no running usher was found. */
    static AdminFault nothingFound(String message, List<String> lines) {
        return new AdminFault(message, lines, Kind.NOTHING_FOUND);
    }

    boolean isNothingFound() {
        return kind == Kind.NOTHING_FOUND;
    }

    /** A fault for a request that the present state does not allow. */
    static AdminFault conflict(String message) {
        return new AdminFault(message, List.of(), Kind.CONFLICT);
    }

    boolean isConflict() {
        return kind == Kind.CONFLICT;
    }

    /** Prints the message, and returns the exit code of the command. */
    int tell(PrintWriter err) {
        err.println("usher: " + getMessage());
        err.flush();
        return ExitCode.FAILED;
    }
}
