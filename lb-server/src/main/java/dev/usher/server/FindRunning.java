package dev.usher.server;

import dev.usher.server.reload.RunDirectory;
import dev.usher.server.reload.RunFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Which of the running processes is meant.
 *
 * @param file of its configuration; null for any
 * @param pid its number; null for any
 */
record FindRunning(@Nullable Path file, @Nullable Long pid) {
    /**
     * The one that is meant; null if there is none.
     *
     * @param options by which the command can be told, where several are
     */
    RunFile.@Nullable Found one(String options) throws AdminFault {
        List<RunFile.Found> meant =
                theNewer(all().stream().filter(this::isMeant).toList());
        if (meant.size() > 1) {
            throw new AdminFault("several ushers run here; choose one by " + options + ":\n" + listed(meant));
        }
        return meant.isEmpty() ? null : meant.getFirst();
    }

    /** Of several those that stay: one that drains has given way to another. */
    private static List<RunFile.Found> theNewer(List<RunFile.Found> meant) {
        List<RunFile.Found> staying =
                meant.stream().filter(found -> !found.state().draining()).toList();
        return staying.isEmpty() ? meant : staying;
    }

    /**
     * That there is none, and what there is instead.
     *
     * @param advice what to do where there is nothing at all
     */
    AdminFault nothingFound(String advice) {
        List<RunFile.Found> all = all();
        return AdminFault.nothingFound("no running usher found"
                + (pid == null ? "" : " with pid " + pid)
                + (file == null ? "" : " that serves " + file)
                + " among this user's"
                + (all.isEmpty() ? ": " + advice : "; there are:\n" + listed(all)));
    }

    private static List<RunFile.Found> all() {
        return RunFile.running(new RunDirectory(System::getenv));
    }

    private boolean isMeant(RunFile.Found found) {
        return (pid == null || found.state().pid() == pid)
                && (file == null || isSame(file, found.state().config()));
    }

    private static boolean isSame(Path file, @Nullable String running) {
        if (running == null) {
            return false;
        }
        Path other = Path.of(running);
        try {
            return file.toAbsolutePath().normalize().equals(other.normalize())
                    || file.toRealPath().equals(other.toRealPath());
        } catch (IOException notThere) {
            return false;
        }
    }

    private static String listed(List<RunFile.Found> found) {
        return found.stream()
                .map(each -> "  pid " + each.state().pid() + "  "
                        + (each.state().config() == null
                                ? "a demo"
                                : each.state().config()))
                .collect(Collectors.joining("\n"));
    }
}
