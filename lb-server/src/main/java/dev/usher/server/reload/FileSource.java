package dev.usher.server.reload;

import dev.usher.LoadBalancer;
import dev.usher.admin.subject.ConfigSource;
import dev.usher.admin.subject.SourceView;
import dev.usher.background.Task;
import dev.usher.config.UsherConfig;
import dev.usher.diff.ConfigDiff;
import dev.usher.event.Event;
import dev.usher.file.NamedFile;
import dev.usher.reload.Reload;
import dev.usher.reload.ReloadStatus;
import dev.usher.server.reload.Readings.Compared;
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

    /** Limit of the files' text in an answer, so that an answer always has room among all answers under way. */
    private static final int MAX_SHOWN = 2 * 1024 * 1024;

    /** Same for the configuration in force, in characters: 10,000 routes. */
    private static final int MAX_EFFECTIVE = 4 * 1024 * 1024;

    /** Over any look: a file has seconds to answer, and a million routes are compared in less than half a minute. */
    private static final Duration LOOK_PATIENCE = Duration.ofMinutes(1);

    private static final String REMEDY =
            "whether the files differ from the configuration in force is not known meanwhile; the log has more";

    private static final Files NO_FILES = new Files(OnDisk.NONE, List.of(), ConfigDiff.NONE, List.of(), List.of());

    private static final Logger log = LoggerFactory.getLogger(FileSource.class);

    private final Path file;
    private final LoadBalancer balancer;
    private final Reloader reloader;
    private final Task task;

    /** Replaced as a whole, so that no request waits for files. */
    private volatile Looked looked;

    private final AtomicBoolean looking = new AtomicBoolean();

    /**
     * Result of the last look.
     *
     * @param attempts to reload before the look: each may have changed the configuration in force, or found a fault
     * @param read null before the first look, and for a pipe
     */
    private record Looked(
            long nanos, long attempts, @Nullable ConfigResult read, Files files) {}

    /** A cache that memory pressure may clear, since the text is larger than the files. Guarded by this. */
    private SoftReference<Effective> effective = new SoftReference<>(null);

    private record Effective(UsherConfig config, String yaml) {}

    public FileSource(Path file, LoadBalancer balancer, Reloader reloader) {
        this.file = file.toAbsolutePath();
        this.balancer = balancer;
        this.reloader = reloader;
        this.task = balancer.background().task("file comparison", REMEDY, LOOK_PATIENCE);
        Files justRead = new Files(OnDisk.SAME, List.of(), ConfigDiff.NONE, List.of(), List.of());
        this.looked = new Looked(System.nanoTime() - LOOK_EVERY.toNanos(), 0, null, justRead);
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
        UsherConfig inForce = balancer.looks().config();
        Effective last = effective.get();
        if (last == null || last.config() != inForce) {
            last = new Effective(inForce, ConfigYaml.start(inForce, MAX_EFFECTIVE));
            effective = new SoftReference<>(last);
        }
        return last.yaml();
    }

    @Override
    public List<SourceView> sources() {
        return reloader.brought().views();
    }

    @Override
    public boolean confirm(String source, String who) {
        boolean confirmed = reloader.brought().confirm(source);
        if (confirmed) {
            balancer.report(Event.Kind.ADMIN, "source " + source, "its answer was confirmed by " + who);
        }
        return confirmed;
    }

    // ---- looking ----

    @Override
    public OnDisk onDisk() {
        return files().onDisk();
    }

    /** The result of the last look; starts a new look on another thread if the last look is too old. */
    @Override
    public Files files() {
        ReloadStatus status = status();
        Looked last = looked;
        boolean current = last.attempts() == attempts(status);
        boolean old = System.nanoTime() - last.nanos() >= LOOK_EVERY.toNanos();
        if ((old || !current) && looking.compareAndSet(false, true)) {
            Thread.ofPlatform().daemon().name("config-look").start(this::look);
        }
        return current ? last.files() : byAttempt(status, last.files());
    }

    private static long attempts(ReloadStatus status) {
        return status.applied() + status.unchanged() + status.refused();
    }

    /** The state by the last reload, until the next look: the reload has just read the files. */
    private static Files byAttempt(ReloadStatus status, Files last) {
        Reload attempt = status.last();
        return attempt == null || attempt.result() == Reload.Result.REFUSED
                ? last
                : new Files(OnDisk.SAME, last.files(), ConfigDiff.NONE, attempt.diagnostics(), attempt.report());
    }

    private void look() {
        task.begins();
        try {
            long attempts = attempts(status()); // a reload during the look makes its result count as old
            if (isPipe()) {
                looked = new Looked(System.nanoTime(), attempts, null, NO_FILES);
            } else {
                Compared now = reloader.readings().look();
                looked = new Looked(System.nanoTime(), attempts, now.read(), files(now));
            }
            task.works();
        } catch (RuntimeException | Error bug) {
            task.metBug(log, bug.toString(), "the comparison of files has failed", bug);
        } finally {
            looking.set(false);
        }
    }

    @Override
    public Files read() {
        return isPipe() ? NO_FILES : files(reloader.readings().compare());
    }

    /** True for a pipe, which gives its text only once. */
    private boolean isPipe() {
        try {
            return NamedFile.isPipe(file);
        } catch (IOException reasonIsSaidByReading) {
            return false;
        }
    }

    @SuppressWarnings("ReferenceEquality") // each reading makes a new object
    private Files files(Compared now) {
        Looked last = looked;
        ConfigResult read = now.read();
        OnDisk onDisk = switch (read) {
            case ConfigResult.Invalid _ -> OnDisk.FAULTY;
            case ConfigResult.Valid _ -> now.changes().isEmpty() ? OnDisk.SAME : OnDisk.DIFFERENT;
        };
        return new Files(
                onDisk,
                last.read() == read ? last.files().files() : texts(read.files()),
                now.changes(),
                DiagnosticText.lines(read.diagnostics()),
                DiagnosticText.report(read.diagnostics()));
    }

    // ---- texts ----

    private static List<FileText> texts(List<Path> files) {
        List<FileText> texts = new ArrayList<>();
        int room = MAX_SHOWN;
        for (Path each : files) {
            String text = HASH.matcher(text(each)).replaceAll("***");
            String shown = text.length() <= room ? text : text.substring(0, room) + ConfigYaml.CUT;
            texts.add(new FileText(each, shown));
            room -= Math.min(room, text.length());
        }
        return texts;
    }

    private static String text(Path file) {
        try {
            return new String(NamedFile.read(file, NamedFile.Kind.CONFIGURATION), StandardCharsets.UTF_8);
        } catch (IOException e) {
            return String.valueOf(e.getMessage());
        }
    }
}
