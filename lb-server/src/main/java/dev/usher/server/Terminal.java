package dev.usher.server;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;

/** The outputs of this process, with or without colours. */
final class Terminal {
    static final int STDOUT = 1;
    static final int STDERR = 2;

    private Terminal() {}

    /**
     * Standard output of a command.
     *
     * @param spec null for a command line without picocli
     */
    static PrintWriter out(@Nullable CommandSpec spec) {
        return spec == null
                ? new PrintWriter(System.out, true, System.out.charset())
                : spec.commandLine().getOut();
    }

    /** Standard error, as {@link #out}. */
    static PrintWriter err(@Nullable CommandSpec spec) {
        return spec == null ? err() : spec.commandLine().getErr();
    }

    /** Standard error, for commands without picocli. */
    static PrintWriter err() {
        return new PrintWriter(System.err, true, System.err.charset());
    }

    /**
     * True exactly for a terminal, unless NO_COLOR (no-color.org) or {@code TERM=dumb} turns colours off.
     *
     * @param descriptor {@link #STDOUT} or {@link #STDERR}
     */
    static boolean hasColour(int descriptor) {
        String none = System.getenv("NO_COLOR");
        return (none == null || none.isEmpty()) && !"dumb".equals(System.getenv("TERM")) && isTerminal(descriptor);
    }

    /** Whether a person sees the output. Judges by the name of the open file: {@code System.console()} cannot tell the three streams apart. */
    static boolean isTerminal(int descriptor) {
        try {
            String target = Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor))
                    .toString();
            return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty") || target.equals("/dev/console");
        } catch (IOException notLinux) {
            return false;
        }
    }
}
