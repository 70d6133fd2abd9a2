package dev.usher.server.reload;

import dev.usher.Event;
import dev.usher.LoadBalancer;
import dev.usher.Reload;
import dev.usher.Reload.Result;
import dev.usher.Reload.Trigger;
import dev.usher.ReloadStatus;
import dev.usher.Reloading;
import dev.usher.config.Units;
import dev.usher.config.UsherConfig;
import dev.usher.diff.ConfigDiff;
import dev.usher.server.yaml.ConfigResult;
import dev.usher.server.yaml.Diagnostic;
import dev.usher.server.yaml.DiagnosticText;
import dev.usher.server.yaml.Fingerprint;
import dev.usher.server.yaml.Severity;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one path from files to what is in force: read, check, compare, apply, report. Whatever goes wrong on it, the
 * configuration in force stays in force, and everybody is told. One at a time.
 */
public final class Reloader implements Reloading, AutoCloseable {
    /** Attempts to remember: some weeks of a busy week's changes. */
    static final int MAX_HISTORY = 50;
    /** A file that is being written is whole by then. */
    private static final Duration SECOND_LOOK = Duration.ofSeconds(1);
    /** A close waits this long for a reload that is under way; one that has not come to its sockets by then never does. */
    private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(2);

    private static final String SUBJECT = "configuration";
    private static final Logger log = LoggerFactory.getLogger(Reloader.class);

    private final Path file;
    private final Readings readings;
    private final LoadBalancer balancer;
    private final ConfigWatch watch;
    /** What the parts of this process that cannot change were made from. */
    private final UsherConfig startedWith;

    private final List<Consumer<Reload>> told = new ArrayList<>();
    private Follower follower = _ -> Change.NONE;
    private final ExecutorService signals = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().daemon().name("reload").factory());
    private final AtomicBoolean signalWaits = new AtomicBoolean();

    private volatile Fingerprint known;
    private volatile ReloadStatus status;
    /** Guarded by this, as is the number. */
    private final ArrayDeque<Reload> history = new ArrayDeque<>();

    private long attempts;
    private volatile boolean closed;

    /**
     * @param file what {@code running} was read from
     * @param running what {@code balancer} was started with
     */
    public Reloader(Path file, ConfigResult.Valid running, LoadBalancer balancer) {
        this.file = file;
        this.readings = new Readings(file, running);
        this.balancer = balancer;
        this.startedWith = running.config();
        this.known = running.fingerprint();
        this.status = new ReloadStatus(1, Instant.now(), 0, 0, 0, List.of(), List.of());
        this.watch = new ConfigWatch(
                () -> known,
                () -> balancer.config().reload(),
                () -> reload(Trigger.FILES, "files changed"),
                balancer.background());
    }

    /** Has somebody told of each attempt, when it is over, on the thread that made it. To be called before {@link #start}. */
    public void tell(Consumer<Reload> listener) {
        told.add(listener);
    }

    /** A part of the process beside the load balancer that can refuse a configuration. */
    @FunctionalInterface
    public interface Follower {
        /**
         * Makes sure that it can follow, and changes nothing yet.
         *
         * @throws IOException if it cannot; the message says why
         */
        Change prepare(UsherConfig next) throws IOException;
    }

    /** What a {@link Follower} has prepared. Exactly one of the two is called. */
    public record Change(Runnable commit, Runnable cancel) {
        static final Change NONE = new Change(() -> {}, () -> {});
    }

    /** Has a part of the process follow as well. To be called before {@link #start}. */
    public void follow(Follower part) {
        follower = part;
    }

    /** Begins to look at the files. */
    public void start() {
        watch.start();
    }

    /** A signal asks for a reload. It is not waited for; those that come until it begins are one. */
    public void onSignal() {
        if (!closed && signalWaits.compareAndSet(false, true)) {
            signals.execute(() -> {
                signalWaits.set(false);
                reload(Trigger.SIGNAL, "SIGHUP");
            });
        }
    }

    @Override
    public Reload reload(String who) {
        return reload(Trigger.API, who);
    }

    /** What the files come to now. */
    Readings readings() {
        return readings;
    }

    @Override
    public ReloadStatus status() {
        return status;
    }

    // ---- the path ----

    Reload reload(Trigger trigger, String who) {
        if (trigger == Trigger.FILES && readings.now() instanceof ConfigResult.Invalid) {
            lookAway(); // nobody says when a file is whole that changes by itself; one who asks for a reload does
        }
        return readAndApply(trigger, who);
    }

    private static void lookAway() {
        try {
            Thread.sleep(SECOND_LOOK);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized Reload readAndApply(Trigger trigger, String who) {
        long began = System.nanoTime();
        ConfigResult result = readings.now();
        known = result.fingerprint();
        List<Diagnostic> faults = result.diagnostics();
        Reload reload = switch (result) {
            case ConfigResult.Invalid _ -> refused(trigger, who, faults, began);
            case ConfigResult.Valid valid -> apply(trigger, who, valid.config(), faults, began);
        };
        remember(reload);
        report(reload);
        told.forEach(listener -> listener.accept(reload));
        watch.settingsChanged();
        return reload;
    }

    private Reload apply(Trigger trigger, String who, UsherConfig next, List<Diagnostic> faults, long began) {
        ConfigDiff diff = ConfigDiff.between(balancer.config(), next);
        if (diff.isEmpty()) {
            balancer.readFilesAgain();
            return attempt(trigger, who, Result.UNCHANGED, diff, faults, began);
        }
        try {
            if (closed) {
                throw new IOException("usher is shutting down");
            }
            Change change = follower.prepare(next);
            boolean applied = false;
            try {
                balancer.apply(next);
                applied = true;
            } finally {
                (applied ? change.commit() : change.cancel()).run();
            }
            return attempt(trigger, who, Result.APPLIED, diff, faults, began);
        } catch (IOException e) {
            return refused(trigger, who, and(faults, e.getMessage()), began);
        } catch (RuntimeException bug) {
            log.error("a bug in usher: a valid configuration was not applied", bug);
            return refused(trigger, who, and(faults, bug.toString()), began);
        }
    }

    /** With one more, of the file as a whole. */
    private List<Diagnostic> and(List<Diagnostic> faults, @Nullable String message) {
        List<Diagnostic> more = new ArrayList<>(faults);
        more.add(new Diagnostic(Severity.ERROR, file.toString(), 0, 0, 0, String.valueOf(message), null, null, 0));
        return more;
    }

    private Reload refused(Trigger trigger, String who, List<Diagnostic> faults, long began) {
        return attempt(trigger, who, Result.REFUSED, ConfigDiff.NONE, faults, began);
    }

    private Reload attempt(
            Trigger trigger, String who, Result result, ConfigDiff diff, List<Diagnostic> faults, long began) {
        return new Reload(
                ++attempts,
                Instant.now(),
                trigger,
                who,
                result,
                status.generation() + (result == Result.APPLIED ? 1 : 0),
                diff,
                faults.size(),
                DiagnosticText.lines(faults),
                DiagnosticText.report(faults),
                TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began));
    }

    private void remember(Reload reload) {
        if (history.size() == MAX_HISTORY) {
            history.removeFirst();
        }
        history.addLast(reload);
        ReloadStatus before = status;
        Result result = reload.result();
        status = new ReloadStatus(
                reload.generation(),
                result == Result.APPLIED ? reload.at() : before.inForceSince(),
                before.applied() + (result == Result.APPLIED ? 1 : 0),
                before.unchanged() + (result == Result.UNCHANGED ? 1 : 0),
                before.refused() + (result == Result.REFUSED ? 1 : 0),
                result == Result.APPLIED ? Restart.needed(startedWith, balancer.config()) : before.restartNeeded(),
                List.copyOf(history));
    }

    private void report(Reload reload) {
        switch (reload.result()) {
            case APPLIED -> {
                reload.diagnostics().forEach(line -> log.warn("{}", line));
                reload.diff().changes().forEach(change -> log.debug("{}", change));
                balancer.report(
                        Event.Kind.RELOADED,
                        SUBJECT,
                        "generation " + reload.generation() + " is in force (" + reload.who() + "): "
                                + reload.diff().summary());
                if (!status.restartNeeded().isEmpty()) {
                    balancer.report(
                            Event.Kind.WARNING,
                            SUBJECT,
                            "restart usher to apply: " + String.join(", ", status.restartNeeded()));
                }
            }
            case UNCHANGED -> {
                reload.diagnostics().forEach(line -> log.warn("{}", line));
                log.info(
                        "configuration: read again ({}), identical; still generation {}",
                        reload.who(),
                        reload.generation());
            }
            case REFUSED -> {
                reload.diagnostics().forEach(line -> log.error("{}", line));
                balancer.report(
                        Event.Kind.RELOAD_REFUSED,
                        SUBJECT,
                        "refused (" + reload.who() + "): the new configuration is invalid ("
                                + Units.counted(reload.faults(), "error") + "); generation " + reload.generation()
                                + " still runs");
            }
        }
    }

    /** Applies nothing any more, and waits for what is under way. */
    @Override
    public void close() {
        closed = true;
        watch.close();
        signals.shutdown();
        try {
            if (!signals.awaitTermination(CLOSE_PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                log.warn("not waited for: a reload that is under way");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
