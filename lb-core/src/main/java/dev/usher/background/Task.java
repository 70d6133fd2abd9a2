package dev.usher.background;

import dev.usher.background.Background.Failure;
import dev.usher.time.Clock;
import dev.usher.time.Moment;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * A task in the background. Any thread but a worker's.
 *
 * <pre>
 *   WORKS --failed, ended, or a run longer than the task's patience--> FAILING --works again--> WORKS
 * </pre>
 */
public final class Task implements Background.Work {
    private final Clock clock;
    private final String name;
    private final String remedy;
    private final Duration patience;
    /**
     * The reason of the failure; null exactly while the task has not failed. Guarded by this, as are the fields below.
     */
    private @Nullable String why;

    private long failedNanos;
    private boolean busy;
    private long busyNanos;
    private boolean ended;

    Task(Clock clock, String name, String remedy, Duration patience) {
        this.clock = clock;
        this.name = name;
        this.remedy = remedy;
        this.patience = patience;
    }

    /** A run begins, limited by the task's patience. */
    public synchronized void begins() {
        busy = true;
        busyNanos = clock.nanos();
    }

    /** The task waits for the next run. */
    public synchronized void rests() {
        busy = false;
    }

    /** The last run has succeeded. */
    public synchronized void works() {
        busy = false;
        if (!ended) {
            why = null;
        }
    }

    /**
     * The last run has failed.
     *
     * @return true for the first failure in a row
     */
    public synchronized boolean failed(String reason) {
        busy = false;
        boolean first = why == null;
        if (first) {
            failedNanos = clock.nanos();
        }
        why = reason;
        return first;
    }

    /**
     * The last run has met a bug of usher's. The first in a row is logged.
     *
     * @param reason for people who look at the task
     * @param what the sentence for the log, such as {@code the lookup of www.example.com failed}
     */
    public void metBug(Logger log, String reason, String what, Throwable bug) {
        if (failed(reason)) {
            log.error("a bug in usher: {}; more like it are not reported", what, bug);
        }
    }

    /** Runs a task that returns only when usher ends: an earlier end by a fault is a failure for good. */
    public void whole(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException | Error fault) { // a missing class is an Error, and ends the thread
            failed("it has crashed: " + fault);
            synchronized (this) {
                ended = true;
            }
            throw fault;
        }
    }

    @Override
    public synchronized @Nullable Failure failure(Moment now) {
        if (why != null) {
            return new Failure(name, now.wall(failedNanos), why, ended ? "restart usher" : remedy);
        }
        if (busy && now.since(busyNanos).compareTo(patience) > 0) {
            return new Failure(
                    name,
                    now.wall(busyNanos),
                    "it has been stuck for more than " + patience.toSeconds() + " s",
                    remedy);
        }
        return null;
    }
}
