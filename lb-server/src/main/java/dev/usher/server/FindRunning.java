package dev.usher.server;

import dev.usher.file.FileCalls;
import dev.usher.server.reload.RunDirectory;
import dev.usher.server.reload.RunningUsher;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Selects a running usher.
 *
 * @param file of the configuration; null for any
 * @param pid number of the process; null for any
 */
record FindRunning(@Nullable Path file, @Nullable Long pid) {
    /**
     * The selected usher; null if there is none.
     *
     * @param options of the command to choose by, for the message if several match
     */
    @Nullable
    RunningUsher one(String options) throws AdminFault {
        List<RunningUsher> meant = theNewer(all().stream().filter(this::isMeant).toList());
        if (meant.size() > 1) {
            throw new AdminFault("more than one usher is running: select one with " + options + ":", listed(meant));
        }
        return meant.isEmpty() ? null : meant.getFirst();
    }

    /** Leaves out draining processes if others match: a draining process has a successor. */
    private static List<RunningUsher> theNewer(List<RunningUsher> meant) {
        List<RunningUsher> staying =
                meant.stream().filter(found -> !found.state().draining()).toList();
        return staying.isEmpty() ? meant : staying;
    }

    /**
     * A fault for the case of no match, with the ushers that do run.
     *
     * @param advice for the case that no usher runs at all
     */
    AdminFault nothingFound(String advice) {
        List<RunningUsher> all = all();
        String other = pid == null ? null : otherUsers(pid);
        return AdminFault.nothingFound(
                other != null
                        ? other
                        : "no running usher found"
                                + (pid == null ? "" : " with pid " + pid)
                                + (file == null ? "" : " that serves " + file)
                                + " that this user may ask"
                                + (all.isEmpty() ? ": " + advice : "; there are:"),
                other != null ? List.of() : listed(all));
    }

    /** Reason why a process without a visible run file cannot be asked; null if unknown. */
    private static @Nullable String otherUsers(long pid) {
        ProcessHandle process = ProcessHandle.of(pid).orElse(null);
        if (process == null) {
            return "there is no process " + pid;
        }
        if (isInContainer(pid)) {
            return "process " + pid + " is in a container: ask there, as by podman exec or docker exec";
        }
        String owner = process.info().user().orElse(null);
        return owner == null || owner.equals(System.getProperty("user.name"))
                ? null
                : "process " + pid + " belongs to user " + owner
                        + ": ask as that user, as root, or with --admin URL; its group may ask if its run"
                        + " directory is /run/usher";
    }

    /** Processes there have other numbers, and run files another directory. */
    private static boolean isInContainer(long pid) {
        try {
            return !namespace("self").equals(namespace("" + pid));
        } catch (IOException hidden) { // another user's
            return false;
        }
    }

    private static Path namespace(String process) throws IOException {
        return Files.readSymbolicLink(Path.of("/proc", process, "ns", "pid"));
    }

    boolean isAnythingThere() {
        return !all().isEmpty();
    }

    private static List<RunningUsher> all() {
        return RunningUsher.all(new RunDirectory(System::getenv));
    }

    private boolean isMeant(RunningUsher found) {
        return (pid == null || found.state().pid() == pid)
                && (file == null || isSame(file, found.state().config()));
    }

    static boolean isSame(Path file, @Nullable String running) {
        if (running == null) {
            return false;
        }
        try {
            Path other = Path.of(running);
            return file.toAbsolutePath().normalize().equals(other.normalize())
                    || FileCalls.run(other, () -> file.toRealPath().equals(other.toRealPath()));
        } catch (IOException | InvalidPathException notThere) { // another user's process may say anything
            return false;
        }
    }

    private static List<String> listed(List<RunningUsher> found) {
        return found.stream()
                .map(each -> "pid " + each.state().pid() + "  "
                        + (each.state().config() == null
                                ? "a demo"
                                : each.state().config()))
                .toList();
    }
}
