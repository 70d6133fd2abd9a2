package dev.usher.server;

import dev.usher.config.Printable;
import java.io.PrintWriter;
import java.util.List;
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
        this(message, List.of());
    }

    /** @param lines below it, indented; whatever is in them begins no other line */
    AdminFault(String message, List<String> lines) {
        this(message, lines, Kind.OTHER);
    }

    private AdminFault(String message, List<String> lines, Kind kind) {
        super(printable(message, lines), null, false, false); // for people, who have no use for a stack
        this.kind = kind;
    }

    private static String printable(String message, List<String> lines) {
        return Printable.of(message)
                + lines.stream().map(line -> "\n  " + Printable.of(line)).collect(Collectors.joining());
    }

    /** That no running usher was found. */
    static AdminFault nothingFound(String message, List<String> lines) {
        return new AdminFault(message, lines, Kind.NOTHING_FOUND);
    }

    boolean isNothingFound() {
        return kind == Kind.NOTHING_FOUND;
    }

    /** That it is not done as things are. */
    static AdminFault conflict(String message) {
        return new AdminFault(message, List.of(), Kind.CONFLICT);
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
