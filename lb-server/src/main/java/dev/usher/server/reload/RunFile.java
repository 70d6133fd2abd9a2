package dev.usher.server.reload;

import dev.usher.Reload;
import dev.usher.admin.AdminServer;
import dev.usher.admin.http.Sha256;
import dev.usher.config.UsherConfig;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a running usher tells those who look for it: {@code PID.json}, its state, and {@code PID.config.gz}, the
 * configuration in force. Only its own user can read them; both are replaced by renaming, and removed at the end.
 *
 * <p>The configuration is the one that the files and the environment of the process came to, not a copy of the files: what
 * they would come to elsewhere or later can be another.
 */
public final class RunFile implements AutoCloseable {
    private static final String STATE = ".json";
    private static final String CONFIG = ".config.gz";
    /** Attempts may have more to say than anybody wants to read. */
    private static final int MAX_LINES = 200;

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final Logger log = LoggerFactory.getLogger(RunFile.class);

    private final @Nullable Path directory;
    private final @Nullable AdminServer admin;
    private final long pid = ProcessHandle.current().pid();
    private RunState state;
    private boolean closed;

    private RunFile(@Nullable Path directory, @Nullable Path config, @Nullable AdminServer admin) {
        this.directory = directory;
        this.admin = admin;
        this.state = new RunState(
                pid,
                startedMillis(ProcessHandle.current()),
                config == null ? null : config.toAbsolutePath().toString(),
                admin == null ? null : admin.url(),
                certificate(),
                1,
                null,
                null,
                false);
    }

    /**
     * Says that this process is there. Where no file can be written it works without one, and says so.
     *
     * @param file of the configuration; null if it has none
     * @param admin its admin side, of which it says where it can be asked and by what certificate; null if it has none
     */
    public static RunFile create(
            RunDirectory places, @Nullable Path file, UsherConfig inForce, @Nullable AdminServer admin) {
        Path directory = places.writable();
        RunFile run = new RunFile(directory, file, admin);
        if (directory == null) {
            log.warn(
                    "usher reload and other commands will not find this process: no directory for its run file in {}",
                    places.candidates());
        } else {
            removeStale(directory);
            run.writeConfig(inForce);
            run.write();
        }
        return run;
    }

    /** Says what came of an attempt to reload, once the admin side has followed it. */
    public synchronized void tell(Reload reload, UsherConfig inForce) {
        List<String> text = reload.result() == Reload.Result.REFUSED
                ? reload.diagnostics()
                : reload.diff().changes().stream().map(Object::toString).toList();
        RunState.Attempt attempt = new RunState.Attempt(
                reload.number(),
                reload.result().name().toLowerCase(Locale.ROOT),
                reload.generation(),
                text.stream().limit(MAX_LINES).toList());
        state = new RunState(
                pid,
                state.startedMillis(),
                state.config(),
                state.admin(),
                certificate(),
                reload.generation(),
                attempt,
                reload.trigger() == Reload.Trigger.SIGNAL ? attempt : state.lastSignal(),
                state.draining());
        if (reload.result() == Reload.Result.APPLIED) {
            writeConfig(inForce);
        }
        write();
    }

    /** Says that it was asked to end: it goes on until it has, and takes no other configuration. */
    public synchronized void drains() {
        state = state.asDraining();
        write();
    }

    /** Not the one in its file: that can be another, which was not taken over. */
    private @Nullable String certificate() {
        return admin == null ? null : admin.certificate().map(RunFile::digest).orElse(null);
    }

    /** The SHA-256 of a certificate, as {@link RunState#certificate} has it. */
    public static String digest(X509Certificate certificate) {
        try {
            return HexFormat.of().formatHex(Sha256.of(certificate.getEncoded()));
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("it was read from this form", e);
        }
    }

    private void write() {
        write(STATE, out -> JSON.writeValue(out, state));
    }

    private void writeConfig(UsherConfig config) {
        write(CONFIG, out -> {
            try (OutputStream zipped = new GZIPOutputStream(out)) {
                JSON.writeValue(zipped, config);
            }
        });
    }

    @FunctionalInterface
    private interface Content {
        void writeTo(OutputStream out) throws IOException;
    }

    private void write(String ending, Content content) {
        if (directory == null || closed) {
            return;
        }
        try {
            Path temporary = Files.createTempFile(
                    directory,
                    "." + pid,
                    ending,
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            try {
                try (OutputStream out = Files.newOutputStream(temporary)) {
                    content.writeTo(out);
                }
                Files.move(temporary, directory.resolve(pid + ending), StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(temporary);
            }
        } catch (IOException | JacksonException e) {
            log.warn("usher reload may show an old state: the run file cannot be written: {}", e.getMessage());
        }
    }

    /** Removes it for good: an attempt to reload that is still under way has nobody to tell. */
    @Override
    public synchronized void close() {
        closed = true;
        if (directory != null) {
            remove(directory, pid);
        }
    }

    private static void remove(Path directory, long pid) {
        try {
            Files.deleteIfExists(directory.resolve(pid + STATE));
            Files.deleteIfExists(directory.resolve(pid + CONFIG));
        } catch (IOException e) {
            log.debug("a run file stays", e);
        }
    }

    /** Those of processes that had no time to remove them. */
    private static void removeStale(Path directory) {
        for (long pid : pids(directory)) {
            if (ProcessHandle.of(pid).isEmpty()) {
                remove(directory, pid);
            }
        }
    }

    // ---- for who looks ----

    /** A running usher that was found. */
    public record Found(Path directory, RunState state) {
        /** How it stands now; empty if it has ended. */
        Optional<RunState> now() {
            return RunFile.read(directory, state.pid());
        }

        /** The configuration that it has in force. */
        public UsherConfig inForce() throws IOException {
            try (InputStream in = new GZIPInputStream(Files.newInputStream(directory.resolve(state.pid() + CONFIG)))) {
                return JSON.readValue(in, UsherConfig.class);
            } catch (JacksonException e) {
                throw new IOException("its run file has another format: it is of another version of usher", e);
            }
        }
    }

    /** All that run and can be seen from here. */
    public static List<Found> running(RunDirectory places) {
        List<Found> found = new ArrayList<>();
        for (Path directory : places.candidates()) {
            for (long pid : pids(directory)) {
                read(directory, pid).ifPresent(state -> found.add(new Found(directory, state)));
            }
        }
        return found;
    }

    private static List<Long> pids(Path directory) {
        try {
            if (!RunDirectory.isSafe(directory)) {
                return List.of();
            }
            try (Stream<Path> files = Files.list(directory)) {
                return files.map(file -> String.valueOf(file.getFileName()))
                        .filter(name -> name.matches("\\d{1,18}\\" + STATE))
                        .map(name -> Long.valueOf(name.substring(0, name.length() - STATE.length())))
                        .toList();
            }
        } catch (IOException notThere) {
            return List.of();
        }
    }

    /** Empty unless the process is there, is the one that wrote the file, and belongs to who wrote it. */
    private static Optional<RunState> read(Path directory, long pid) {
        Path file = directory.resolve(pid + STATE);
        Optional<ProcessHandle> process = ProcessHandle.of(pid);
        if (process.isEmpty()) {
            return Optional.empty();
        }
        try {
            RunState state = JSON.readValue(Files.readAllBytes(file), RunState.class);
            String owner = Files.getOwner(file).getName();
            boolean its = state.pid() == pid
                    && state.startedMillis() == startedMillis(process.get())
                    && process.get().info().user().map(owner::equals).orElse(true);
            return its ? Optional.of(state) : Optional.empty();
        } catch (IOException | JacksonException notReadable) {
            return Optional.empty();
        }
    }

    private static long startedMillis(ProcessHandle process) {
        return Objects.requireNonNullElse(process.info().startInstant().orElse(null), Instant.EPOCH)
                .toEpochMilli();
    }
}
