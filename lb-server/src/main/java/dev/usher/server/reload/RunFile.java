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
import tools.jackson.databind.json.JsonMapper;

/**
 * What a running usher tells those who look for it: {@code PID.json}, its state, beside {@code PID.sock}, where it can be asked.
 * Its user and its group can read it. It is replaced by renaming, and removed at the end.
 */
public final class RunFile implements AutoCloseable {
    private static final String STATE = ".json";
    private static final String SOCKET = ".sock";
    private static final Pattern NAME = Pattern.compile("(\\d{1,18})\\.(json|sock)");

    /** More than a machine has ushers: a directory of another user may be filled on purpose. */
    private static final int MAX_FILES = 10_000;

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final Logger log = LoggerFactory.getLogger(RunFile.class);

    private final @Nullable Path directory;
    private RunState state;
    private boolean closed;

    private RunFile(@Nullable Path directory, RunState state) {
        this.directory = directory;
        this.state = state;
    }

    /**
     * Finds the place for what others look for, and clears it of those that had no time to do it. Where there is none usher
     * works without, and says so.
     *
     * @param file of the configuration; null if it has none
     * @param admin where its admin side is, as a URL; null if it has none
     */
    public static RunFile of(RunDirectory places, @Nullable Path file, @Nullable String admin) {
        Path directory = places.writable();
        ProcessHandle self = ProcessHandle.current();
        if (directory == null) {
            log.warn(
                    "usher reload and the other commands will not find this process: none of these can be used as a run"
                            + " directory: {}",
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

    /** Where the control socket belongs; null where there is no place for it. */
    public @Nullable Path socket() {
        return directory == null ? null : socket(directory, state.pid());
    }

    static Path socket(Path directory, long pid) {
        return directory.resolve(pid + SOCKET);
    }

    /** Says that this process is there. */
    public synchronized RunFile announce() {
        write();
        return this;
    }

    /** Says that it was asked to end: it goes on until it has, and takes no other configuration. */
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
                Files.write(temporary, JSON.writeValueAsBytes(state));
                Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rw-r-----"));
                Files.move(temporary, file(directory, state.pid()), StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(temporary);
            }
        } catch (IOException | JacksonException e) {
            log.warn("usher reload and the other commands may not find this process: {}", e.getMessage());
        }
    }

    static Path file(Path directory, long pid) {
        return directory.resolve(pid + STATE);
    }

    /** Removes it for good. */
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

    /** Those of processes that had no time to remove them. One whose socket is answered is another's, as of a container. */
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
            channel.configureBlocking(false); // a queue that is full is somebody's
            return channel.connect(UnixDomainSocketAddress.of(socket));
        } catch (IOException nobody) {
            return String.valueOf(nobody.getMessage()).contains("temporarily unavailable");
        }
    }

    /** The processes that have left anything in a directory. */
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
        RunState read = JSON.readValue(NamedFile.read(file, NamedFile.Kind.VALUE), RunState.class);
        if (read == null) {
            throw new IOException("is empty");
        }
        return read;
    }

    static long startedMillis(ProcessHandle process) {
        return Objects.requireNonNullElse(process.info().startInstant().orElse(null), Instant.EPOCH)
                .toEpochMilli();
    }
}
