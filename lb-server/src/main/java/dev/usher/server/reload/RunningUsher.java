package dev.usher.server.reload;

import dev.usher.file.FileCalls;
import dev.usher.server.control.ControlClient;
import dev.usher.server.control.ProcessStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import tools.jackson.core.JacksonException;

/**
 * A running usher of this machine, found by its run file.
 *
 * @param owner of the process, the run file and the directory
 */
public record RunningUsher(Path directory, RunState state, UserPrincipal owner) {
    /** The running ushers visible to this user: the user's own, the ushers of the user's groups, and any for root. */
    public static List<RunningUsher> all(RunDirectory places) {
        return found(places, false);
    }

    /** The running ushers of this user: nobody else can have made their run files. */
    public static List<RunningUsher> own(RunDirectory places) {
        return found(places, true);
    }

    private static List<RunningUsher> found(RunDirectory places, boolean own) {
        Set<Path> directories = new LinkedHashSet<>(places.candidates());
        if (RunDirectory.isRoot()) {
            RunDirectory.ofOthers(own).forEach(other -> directories.addAll(other.candidates()));
        }
        List<RunningUsher> found = new ArrayList<>();
        Set<Long> known = new LinkedHashSet<>();
        for (Path directory : directories) {
            for (long pid : pids(directory, own)) {
                find(directory, pid).filter(one -> known.add(pid)).ifPresent(found::add);
            }
        }
        return found;
    }

    /** Limited in time: another user's directory may be on a file system that never answers. */
    private static Set<Long> pids(Path directory, boolean own) {
        try {
            return FileCalls.run(
                    directory,
                    () -> (own ? RunDirectory.isOwn(directory) : RunDirectory.isBelieved(directory))
                            ? RunFile.pids(directory)
                            : Set.of());
        } catch (IOException notThere) {
            return Set.of();
        }
    }

    /**
     * Empty unless the process exists, wrote the file, and shares one owner with file and directory: a different writer
     * could direct commands to a socket of his own. Nothing is read before the owners are known.
     */
    private static Optional<RunningUsher> find(Path directory, long pid) {
        Optional<ProcessHandle> process = ProcessHandle.of(pid);
        if (process.isEmpty()) {
            return Optional.empty();
        }
        try {
            Path file = RunFile.file(directory, pid);
            UserPrincipal owner = Files.getOwner(file, LinkOption.NOFOLLOW_LINKS);
            if (!owner.equals(Files.getOwner(directory, LinkOption.NOFOLLOW_LINKS))
                    || !isOf(process.get(), file, owner)) {
                return Optional.empty();
            }
            RunState state = RunFile.read(directory, pid);
            boolean its = state.pid() == pid && state.startedMillis() == RunFile.startedMillis(process.get());
            return its ? Optional.of(new RunningUsher(directory, state, owner)) : Optional.empty();
        } catch (IOException | JacksonException notReadable) {
            return Optional.empty();
        }
    }

    private static boolean isOf(ProcessHandle process, Path file, UserPrincipal owner) throws IOException {
        OptionalLong user = ProcessStatus.of(process.pid()).user();
        return user.isPresent()
                ? user.getAsLong()
                        == ((Integer) Files.getAttribute(file, "unix:uid", LinkOption.NOFOLLOW_LINKS)).longValue()
                : process.info().user().map(owner.getName()::equals).orElse(false);
    }

    /** True once the process has ended, or is about to end: the run file is removed last. */
    public boolean hasEnded() {
        return find(directory, state.pid()).isEmpty();
    }

    /** Connects to the control socket. */
    public ControlClient connect() throws IOException {
        return ControlClient.open(RunFile.socket(directory, state.pid()), state.pid(), owner);
    }
}
