package dev.usher.server;

import dev.usher.server.control.Container;
import dev.usher.server.control.Upgrade;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The installed program, started anew in the place of this process. A system property has the place where
 * the launcher was called, so that an upgraded launcher starts. Without a launcher the command line of this process is
 * repeated.
 */
final class Relaunch implements Upgrade.Launch {
    private static final String PROGRAM = "usher.program";
    /** Meant for this process alone: the sockets of the service manager are passed on by another way. */
    private static final List<String> OWN = List.of("WATCHDOG_PID", "LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES");

    private final long self = ProcessHandle.current().pid();
    private final List<String> command = new ArrayList<>();
    private @Nullable String fault;

    /** @param arguments of this process, at the end of the command line */
    Relaunch(Path file, List<String> arguments) {
        String program = System.getProperty(PROGRAM);
        try {
            command.addAll(program == null ? before(arguments) : List.of(program));
        } catch (IOException e) {
            fault = "its own command line is not known: " + e.getMessage();
        }
        command.addAll(List.of("run", "--take-over", "--pid", "" + self, file.toString()));
    }

    /** The command line of this process without its arguments. */
    private static List<String> before(List<String> arguments) throws IOException {
        List<String> line = List.of(Files.readString(Path.of("/proc/self/cmdline"), StandardCharsets.UTF_8)
                .split("\0", -1));
        int end = line.size() - 1 - arguments.size(); // the last argument ends with a zero too
        if (end <= 0 || !line.subList(end, line.size() - 1).equals(arguments)) {
            throw new IOException("the system shows another one");
        }
        return line.subList(0, end);
    }

    @Override
    public @Nullable String refusal() {
        String bound = Container.refusal();
        return bound == null ? fault : bound;
    }

    @Override
    public String words() {
        return String.join(" ", command);
    }

    @Override
    public Process start() throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectInput(new File("/dev/null"))
                .redirectOutput(ProcessBuilder.Redirect.INHERIT)
                .redirectError(ProcessBuilder.Redirect.INHERIT);
        OWN.forEach(builder.environment()::remove);
        return builder.start();
    }
}
