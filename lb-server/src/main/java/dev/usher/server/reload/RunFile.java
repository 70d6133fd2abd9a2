package dev.usher.server.reload;

import dev.usher.file.NamedFile;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;

/**
 * Announces a running usher to the commands of this machine: {@code PID.json} has its state, {@code PID.sock} is its
 * control socket. Readable for its user and group. The state is replaced by renaming, and both are removed at the end.
 */
public final class RunFile implements AutoCloseable {
    private static final String STATE = ".json";
    private static final String SOCKET = ".sock";
    private static final Pattern NAME = Pattern.compile("(\\d{1,18})\\.(json|sock)");

    /** More than a machine has ushers: a directory of another user may be filled on purpose. */
    private static final int MAX_FILES = 10_000;

    private static final Logger log = LoggerFactory.getLogger(RunFile.class);

    private final @Nullable Path directory;
    private RunState state;
    private boolean closed;

    private RunFile(@Nullable Path directory, RunState state) {
        this.directory = directory;
        this.state = state;
    }

    /**
     * Finds the run directory, and removes files that dead processes left there. Without a directory usher runs
     * unannounced, with a warning.
     *
     * @param file of the configuration; null for a configuration without a file
     * @param admin URL of the admin side; null without an admin side
     */
    public static RunFile of(RunDirectory places, @Nullable Path file, @Nullable String admin) {
        Path directory = places.writable();
        ProcessHandle self = ProcessHandle.current();
        if (directory == null) {
            log.warn(
                    "usher commands will not find this process: none of these can be used as a run directory: {}",
                    places.candidates());
        } else {
            removeStale(directory);
        }
        return new RunFile(
                directory,
                new RunState(
                        self.pid(),
                        startedMillis(self),
                        file == null ? null : file.toAbsolutePath().toString(),
                        admin,
                        false));
    }

    /** Place of the control socket; null without a run directory. */
    public @Nullable Path socket() {
        return directory == null ? null : socket(directory, state.pid());
    }

    static Path socket(Path directory, long pid) {
        return directory.resolve(pid + SOCKET);
    }

    /** Writes the state for the first time. */
    public synchronized RunFile announce() {
        write();
        return this;
    }

    /** Marks the process as draining: existing sessions go on, and reloads are refused. */
    public synchronized void drains() {
        state = state.asDraining();
        write();
    }

    private void write() {
        if (directory == null || closed) {
            return;
        }
        try {
            Path temporary = Files.createTempFile(
                    directory,
                    "." + state.pid(),
                    STATE,
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            try {
                Files.write(temporary, state.json());
                Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rw-r-----"));
                Files.move(temporary, file(directory, state.pid()), StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(temporary);
            }
        } catch (IOException | JacksonException e) {
            log.warn("usher commands may not find this process: {}", e.getMessage());
        }
    }

    static Path file(Path directory, long pid) {
        return directory.resolve(pid + STATE);
    }

    /** Removes the files for good. */
    @Override
    public synchronized void close() {
        closed = true;
        if (directory != null) {
            remove(directory, state.pid());
        }
    }

    private static void remove(Path directory, long pid) {
        try {
            Files.deleteIfExists(file(directory, pid));
            Files.deleteIfExists(socket(directory, pid));
        } catch (IOException e) {
            log.debug("a run file stays", e);
        }
    }

    /**
     * Removes the files of dead processes. A socket that still answers belongs to a process elsewhere, such as in a
     * container.
     */
    private static void removeStale(Path directory) {
        for (long pid : pids(directory)) {
            boolean dead = ProcessHandle.of(pid).isEmpty()
                    || pid == ProcessHandle.current().pid();
            if (dead && !answers(socket(directory, pid))) {
                remove(directory, pid);
            }
        }
    }

    private static boolean answers(Path socket) {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.configureBlocking(false); // a full queue also means a live process
            return channel.connect(UnixDomainSocketAddress.of(socket));
        } catch (IOException nobody) {
            return String.valueOf(nobody.getMessage()).contains("temporarily unavailable");
        }
    }

    /** Numbers of the processes with files in a directory. */
    static Set<Long> pids(Path directory) {
        try {
            if (!RunDirectory.isSafe(directory)) {
                return Set.of();
            }
            try (Stream<Path> files = Files.list(directory)) {
                return files.limit(MAX_FILES)
                        .map(file -> NAME.matcher(String.valueOf(file.getFileName())))
                        .filter(Matcher::matches)
                        .map(name -> Long.valueOf(name.group(1)))
                        .collect(Collectors.toSet());
            }
        } catch (IOException notThere) {
            return Set.of();
        }
    }

    /** Another user may have put a pipe, a device or a link in its place. */
    static RunState read(Path directory, long pid) throws IOException {
        Path file = file(directory, pid);
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            throw new IOException("is no regular file");
        }
        return RunState.of(NamedFile.read(file, NamedFile.Kind.VALUE));
    }

    static long startedMillis(ProcessHandle process) {
        return Objects.requireNonNullElse(process.info().startInstant().orElse(null), Instant.EPOCH)
                .toEpochMilli();
    }
}
