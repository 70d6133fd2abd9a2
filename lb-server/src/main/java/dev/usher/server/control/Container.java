package dev.usher.server.control;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Whether a container ends with this process, and a successor in the container too: this is the main process of the
 * container, or the child of a small init ({@code --init} of container engines).
 */
public final class Container {
    private static final Path PROC = Path.of("/proc");
    /** The parent is outside of the container. */
    private static final String NO_PARENT = "0";

    private static final String FIRST = "1";
    /** Programs that end with their child, by the names of the kernel. */
    private static final Set<String> INITS =
            Set.of("catatonit", "docker-init", "dumb-init", "podman-init", "tini", "tini-static");

    private Container() {}

    /** The reason against a successor; null without a reason. */
    public static @Nullable String refusal() {
        return endsWithThis(PROC)
                ? "the container ends with process " + ProcessHandle.current().pid() + ": start a new container"
                : null;
    }

    /** Not by {@link ProcessHandle#parent}: a unit of systemd may hide the parent ({@code ProtectProc}). */
    static boolean endsWithThis(Path proc) {
        try {
            String parent = field(Files.readString(proc.resolve("self/status")), "PPid:");
            return parent.equals(NO_PARENT) || (parent.equals(FIRST) && INITS.contains(firstProcess(proc)));
        } catch (IOException hidden) { // as on a machine of another kind
            return false;
        }
    }

    private static String firstProcess(Path proc) throws IOException {
        return Files.readString(proc.resolve(FIRST).resolve("comm")).strip();
    }

    private static String field(String status, String name) {
        return status.lines()
                .filter(line -> line.startsWith(name))
                .map(line -> line.substring(name.length()).strip())
                .findFirst()
                .orElse("");
    }
}
