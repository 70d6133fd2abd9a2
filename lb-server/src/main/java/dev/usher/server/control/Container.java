package dev.usher.server.control;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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

    /** 2 s. */
    private static final long AT_ONCE_TICKS = 200;

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
            Stat self = Stat.of(proc.resolve("self"));
            return self.parent().equals(NO_PARENT)
                    || (self.parent().equals(FIRST) && isChildOfInit(self, proc.resolve(FIRST)));
        } catch (IOException hidden) { // as on a machine of another kind
            return false;
        }
    }

    /** An init starts its child at once. A process that has lost its parent is the init's too, and began later. */
    private static boolean isChildOfInit(Stat self, Path first) throws IOException {
        return INITS.contains(Files.readString(first.resolve("comm")).strip())
                && self.startTicks() - Stat.of(first).startTicks() < AT_ONCE_TICKS;
    }

    /** Fields of a process by proc(5); ticks since the start of the machine. */
    private record Stat(String parent, long startTicks) {
        /** The name of the process comes before, in brackets, and may hold anything. */
        static Stat of(Path process) throws IOException {
            String all = Files.readString(process.resolve("stat"));
            List<String> fields =
                    List.of(all.substring(all.lastIndexOf(')') + 1).strip().split(" ", -1));
            return new Stat(fields.get(1), Long.parseLong(fields.get(19)));
        }
    }
}
