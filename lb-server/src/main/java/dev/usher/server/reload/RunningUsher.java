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
 * A process of this machine that serves, found by its run file.
 *
 * @param owner of the process, and of its run file and that one's directory
 */
public record RunningUsher(Path directory, RunState state, UserPrincipal owner) {
    /** All that run and can be seen from here: of this user, of those whose group it is in, and all of them for root. */
    public static List<RunningUsher> all(RunDirectory places) {
        return found(places, false);
    }

    /** Those of this user alone. Nobody else can have made what is found. */
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

    /** A directory of another user may be on a file system of his own, which need not answer. */
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
     * Empty unless the process is there, is the one that wrote the file, and file, directory and process have one owner:
     * whoever could write there could have others speak to a socket of his own. Before that is sure nothing is read.
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

    /** Speaks to it. */
    public ControlClient connect() throws IOException {
        return ControlClient.open(RunFile.socket(directory, state.pid()), state.pid(), owner);
    }
}
