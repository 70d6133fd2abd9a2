package dev.usher.server.reload;

import dev.usher.LoadBalancer;
import dev.usher.background.Task;
import dev.usher.config.Units;
import dev.usher.config.UsherConfig;
import dev.usher.diff.ConfigDiff;
import dev.usher.event.Event;
import dev.usher.reload.Reload;
import dev.usher.reload.Reload.Result;
import dev.usher.reload.Reload.Trigger;
import dev.usher.reload.ReloadStatus;
import dev.usher.reload.Reloading;
import dev.usher.server.reload.Readings.Compared;
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
 * The one path from files to the configuration in force: read, check, compare, apply, report. Any failure leaves the
 * configuration in force untouched and is reported. One reload at a time.
 */
public final class Reloader implements Reloading, AutoCloseable {
    /** Attempts to remember: some weeks of frequent changes. */
    static final int MAX_HISTORY = 50;
    /** Time for a writer to complete a file. */
    private static final Duration SECOND_LOOK = Duration.ofSeconds(1);
    /** Over any reload: a million routes are read and put into force in less than half a minute. */
    private static final Duration RELOAD_PATIENCE = Duration.ofMinutes(1);

    /** Time that a close waits for a running reload. A reload that has not begun to open sockets by then never does. */
    private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(2);

    private static final String SUBJECT = "configuration";
    private static final Logger log = LoggerFactory.getLogger(Reloader.class);

    private final Path file;
    private final Readings readings;
    private final LoadBalancer balancer;
    private final ConfigWatch watch;
    /** The configuration at the start, for settings that need a restart. */
    private final UsherConfig startedWith;

    private final Brought brought;
    /** The part of the files in the configuration in force. Guarded by this. */
    private ConfigResult.Valid ofFile;

    private final List<Consumer<Reload>> told = new ArrayList<>();
    private Follower follower = _ -> Change.NONE;
    private Runnable before = () -> {};
    private Runnable after = () -> {};
    private final ExecutorService signals = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().daemon().name("reload").factory());
    private final AtomicBoolean signalWaits = new AtomicBoolean();

    private final Task task;
    private volatile Fingerprint known;
    private volatile ReloadStatus status;
    /** Guarded by this, like {@link #attempts}. */
    private final ArrayDeque<Reload> history = new ArrayDeque<>();

    private long attempts;
    private volatile boolean closed;

    /**
     * @param file source of {@code running}
     * @param running configuration that {@code balancer} was started with
     */
    public Reloader(Path file, ConfigResult.Valid running, LoadBalancer balancer) {
        this(file, running, balancer, Brought.NONE);
    }

    /** @param brought by sources, to the configuration of the files */
    public Reloader(Path file, ConfigResult.Valid running, LoadBalancer balancer, Brought brought) {
        this.file = file;
        this.brought = brought;
        this.ofFile = running;
        this.readings = new Readings(file, running, balancer.looks()::config, brought);
        this.balancer = balancer;
        this.startedWith = running.config();
        this.known = running.fingerprint();
        this.task = balancer.background()
                .task("reload", "the configuration in force stays; the log has more", RELOAD_PATIENCE);
        this.status = new ReloadStatus(1, Instant.now(), 0, 0, 0, List.of(), List.of());
        this.watch = new ConfigWatch(
                () -> known,
                () -> balancer.looks().config().reload(),
                () -> reload(Trigger.FILES, "files changed"),
                balancer.background());
    }

    /** Adds a listener for finished attempts, called on the thread of the attempt. Call before {@link #start}. */
    public void tell(Consumer<Reload> listener) {
        told.add(listener);
    }

    /** Sets an action before each attempt, and an action after the attempt, whatever its result. Call before {@link #start}. */
    public void surround(Runnable begins, Runnable ends) {
        before = begins;
        after = ends;
    }

    /** A part of the process beside the load balancer that can refuse a configuration. */
    @FunctionalInterface
    public interface Follower {
        /**
         * Checks that the part can follow, without any change yet.
         *
         * @throws IOException if the part cannot follow; the message has the reason
         */
        Change prepare(UsherConfig next) throws IOException;
    }

    /** A change prepared by a {@link Follower}. Exactly one of the two is called. */
    public record Change(Runnable commit, Runnable cancel) {
        static final Change NONE = new Change(() -> {}, () -> {});
    }

    /** Sets a part of the process that follows reloads. Call before {@link #start}. */
    public void follow(Follower part) {
        follower = part;
    }

    /** Begins to watch the files. */
    public void start() {
        watch.start();
    }

    /** Requests a reload for a signal, without waiting. Signals before the reload begins are merged. */
    public void onSignal() {
        if (!closed && signalWaits.compareAndSet(false, true)) {
            signals.execute(() -> {
                signalWaits.set(false);
                try {
                    reload(Trigger.SIGNAL, "SIGHUP");
                } catch (RuntimeException | Error bug) {
                    log.error("a bug in usher: a reload has failed", bug);
                }
            });
        }
    }

    @Override
    public Reload reload(String who) {
        return reload(Trigger.API, who);
    }

    /** The sources of the configuration. */
    Brought brought() {
        return brought;
    }

    /** Shared readings of the files. */
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
            lookAway(); // a changed file may still be incomplete; an explicit request means that the file is complete
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
        before.run();
        task.begins();
        try {
            Reload reload = readAndApplyNow(trigger, who);
            task.works();
            return reload;
        } catch (RuntimeException | Error bug) {
            task.failed("it has crashed: " + bug);
            throw bug;
        } finally {
            after.run();
        }
    }

    /**
     * Puts new answers of sources into force, beside the files of the last reload: a file may be half edited, or wait for
     * a reload.
     *
     * @param who the source
     */
    public synchronized void merge(String who) {
        long began = System.nanoTime();
        UsherConfig next = brought.merge(ofFile);
        ConfigDiff diff = ConfigDiff.between(balancer.looks().config(), next);
        if (closed || diff.isEmpty()) {
            return;
        }
        before.run();
        task.begins();
        try {
            finish(apply(Trigger.SOURCE, who, next, diff, List.of(), began));
            task.works();
        } catch (RuntimeException | Error bug) {
            task.failed("it has crashed: " + bug);
            throw bug;
        } finally {
            after.run();
        }
    }

    private Reload readAndApplyNow(Trigger trigger, String who) {
        long began = System.nanoTime();
        Compared compared = readings.compare();
        ConfigResult result = compared.read();
        known = result.fingerprint();
        List<Diagnostic> faults = result.diagnostics();
        Reload reload = switch (result) {
            case ConfigResult.Invalid _ -> refused(trigger, who, faults, began);
            case ConfigResult.Valid _ -> apply(trigger, who, compared.next(), compared.changes(), faults, began);
        };
        if (result instanceof ConfigResult.Valid valid && reload.result() != Result.REFUSED) {
            ofFile = valid;
        }
        return finish(reload);
    }

    private Reload finish(Reload reload) {
        remember(reload);
        report(reload);
        told.forEach(listener -> listener.accept(reload));
        watch.settingsChanged();
        return reload;
    }

    private Reload apply(
            Trigger trigger, String who, UsherConfig next, ConfigDiff diff, List<Diagnostic> faults, long began) {
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

    /** The faults, and an error of the file as a whole. */
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
                result == Result.APPLIED
                        ? Restart.needed(startedWith, balancer.looks().config())
                        : before.restartNeeded(),
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
                        "configuration: read again ({}), no changes; generation {} stays in force",
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
                                + " stays in force");
            }
        }
    }

    /** Refuses further reloads, and waits for a running reload. */
    @Override
    public void close() {
        closed = true;
        watch.close();
        signals.shutdown();
        try {
            if (!signals.awaitTermination(CLOSE_PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                log.warn("not stopped in time: a reload");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
