package dev.usher.server.reload;

import dev.usher.LoadBalancer;
import dev.usher.admin.ConfigSource;
import dev.usher.config.UsherConfig;
import dev.usher.diff.ConfigDiff;
import dev.usher.file.NamedFile;
import dev.usher.reload.Reload;
import dev.usher.reload.ReloadStatus;
import dev.usher.server.yaml.ConfigResult;
import dev.usher.server.yaml.ConfigYaml;
import dev.usher.server.yaml.DiagnosticText;
import java.io.IOException;
import java.lang.ref.SoftReference;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The files of a running configuration, for the admin side and the commands. Any thread. */
public final class FileSource implements ConfigSource {
    /** The files are read at most this often, however many requests come. */
    private static final Duration LOOK_EVERY = Duration.ofSeconds(2);
    /** Matches the hash of a token: no other text in a configuration has 64 hexadecimal digits. */
    private static final Pattern HASH = Pattern.compile("\\b[0-9a-fA-F]{64}\\b");

    private static final int MAX_SHOWN_BYTES = 1024 * 1024;

    private static final Logger log = LoggerFactory.getLogger(FileSource.class);

    private final Path file;
    private final LoadBalancer balancer;
    private final Reloader reloader;

    /** Replaced as a whole, so that a request for the comparison never waits for files. */
    private volatile Looked looked;

    private final AtomicBoolean looking = new AtomicBoolean();

    /** Guarded by this. */
    private @Nullable Compared compared;

    /**
     * Result of the last comparison.
     *
     * @param attempts to reload before the look: each may have changed the configuration in force, or found a fault
     */
    private record Looked(long nanos, long attempts, OnDisk onDisk) {}

    /** A cache that memory pressure may clear, since the text is larger than the files. Guarded by this. */
    private SoftReference<Effective> effective = new SoftReference<>(null);

    private record Effective(UsherConfig config, String yaml) {}

    /** A reading, the configuration in force at that time, and their comparison. */
    private record Compared(ConfigResult read, UsherConfig inForce, OnDisk onDisk, ConfigDiff changes) {}

    public FileSource(Path file, LoadBalancer balancer, Reloader reloader) {
        this.file = file.toAbsolutePath();
        this.balancer = balancer;
        this.reloader = reloader;
        this.looked = new Looked(System.nanoTime() - LOOK_EVERY.toNanos(), 0, OnDisk.SAME); // just read
    }

    @Override
    public Path file() {
        return file;
    }

    @Override
    public ReloadStatus status() {
        return reloader.status();
    }

    @Override
    public Reload reload(String who) {
        return reloader.reload(who);
    }

    @Override
    @SuppressWarnings("ReferenceEquality") // each reload makes a new object
    public synchronized String effective() {
        UsherConfig inForce = balancer.config();
        Effective last = effective.get();
        if (last == null || last.config() != inForce) {
            last = new Effective(inForce, ConfigYaml.of(inForce));
            effective = new SoftReference<>(last);
        }
        return last.yaml();
    }

    // ---- comparing ----

    /**
     * The result of a look at most some seconds ago; starts a new look on another thread if the last look is too old.
     */
    @Override
    public OnDisk onDisk() {
        ReloadStatus status = status();
        Looked last = looked;
        boolean old = System.nanoTime() - last.nanos() >= LOOK_EVERY.toNanos();
        if ((old || last.attempts() != attempts(status)) && looking.compareAndSet(false, true)) {
            Thread.ofPlatform().daemon().name("config-look").start(this::look);
        }
        return last.attempts() == attempts(status) ? last.onDisk() : byAttempt(status, last);
    }

    private static long attempts(ReloadStatus status) {
        return status.applied() + status.unchanged() + status.refused();
    }

    /** The state by the last reload, until the next look: the reload has just read the files. */
    private static OnDisk byAttempt(ReloadStatus status, Looked last) {
        Reload attempt = status.last();
        return attempt == null || attempt.result() == Reload.Result.REFUSED ? last.onDisk() : OnDisk.SAME;
    }

    private void look() {
        try {
            long attempts = attempts(status()); // a reload during the look makes its result count as old
            OnDisk onDisk = isPipe() ? OnDisk.NONE : compare().onDisk();
            looked = new Looked(System.nanoTime(), attempts, onDisk);
        } catch (RuntimeException bug) {
            log.error("a bug in usher: how the files compare is not known", bug);
        } finally {
            looking.set(false);
        }
    }

    /** True for a pipe, which gives its text only once. */
    private boolean isPipe() {
        try {
            return NamedFile.isPipe(file);
        } catch (IOException reasonIsSaidByReading) {
            return false;
        }
    }

    /** Compares the files with the configuration in force; cached while both are unchanged. */
    @SuppressWarnings("ReferenceEquality") // each reading and each reload makes a new object
    private synchronized Compared compare() {
        ConfigResult read = reloader.readings().now();
        UsherConfig inForce = balancer.config();
        Compared last = compared;
        if (last == null || last.read() != read || last.inForce() != inForce) {
            ConfigDiff changes = changes(read, inForce);
            last = new Compared(read, inForce, onDisk(read, changes), changes);
            compared = last;
        }
        return last;
    }

    private static OnDisk onDisk(ConfigResult read, ConfigDiff changes) {
        return switch (read) {
            case ConfigResult.Invalid _ -> OnDisk.FAULTY;
            case ConfigResult.Valid _ -> changes.isEmpty() ? OnDisk.SAME : OnDisk.DIFFERENT;
        };
    }

    private static ConfigDiff changes(ConfigResult read, UsherConfig inForce) {
        return switch (read) {
            case ConfigResult.Invalid _ -> ConfigDiff.NONE;
            case ConfigResult.Valid valid -> ConfigDiff.between(inForce, valid.config());
        };
    }

    // ---- contents ----

    @Override
    public Files files() {
        if (isPipe()) {
            return new Files(OnDisk.NONE, List.of(), ConfigDiff.NONE, List.of(), List.of());
        }
        Compared now = compare();
        return new Files(
                now.onDisk(),
                texts(now.read().files()),
                now.changes(),
                DiagnosticText.lines(now.read().diagnostics()),
                DiagnosticText.report(now.read().diagnostics()));
    }

    private static List<FileText> texts(List<Path> files) {
        List<FileText> texts = new ArrayList<>();
        for (Path each : files) {
            texts.add(new FileText(each, text(each)));
        }
        return texts;
    }

    private static String text(Path file) {
        try {
            byte[] bytes = NamedFile.read(file, NamedFile.Kind.CONFIGURATION);
            String text = new String(bytes, 0, Math.min(bytes.length, MAX_SHOWN_BYTES), StandardCharsets.UTF_8);
            return HASH.matcher(text).replaceAll("***");
        } catch (IOException e) {
            return String.valueOf(e.getMessage());
        }
    }
}
