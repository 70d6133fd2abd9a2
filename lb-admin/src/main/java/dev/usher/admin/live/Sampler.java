package dev.usher.admin.live;

import dev.usher.background.Background;
import dev.usher.background.Task;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs a task once a second on its own thread; a failure does not stop the next run. */
final class Sampler implements AutoCloseable {
    private static final long PERIOD_NANOS = TimeUnit.SECONDS.toNanos(1);
    /** Time after which a sample counts as stuck; usual are milliseconds, or a second if a worker does not answer. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    /** Time that close waits for a sample under way: milliseconds as a rule, a second if a worker is stuck. */
    private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(2);

    private static final Logger log = LoggerFactory.getLogger(Sampler.class);

    private final Runnable sample;
    private final long periodNanos;
    private final Thread thread;
    private volatile boolean closing;
    private final Task task;

    Sampler(Runnable sample, Background background) {
        this(sample, background, PERIOD_NANOS);
    }

    Sampler(Runnable sample, Background background, long periodNanos) {
        this.sample = sample;
        this.periodNanos = periodNanos;
        this.task = background.task("live figures", "charts have a hole meanwhile; the log has more", PATIENCE);
        this.thread = Thread.ofPlatform().name("admin-sampler").daemon().unstarted(() -> task.whole(this::run));
    }

    void start() {
        thread.start();
    }

    private void run() {
        long due = System.nanoTime() + periodNanos;
        while (!closing) {
            long wait = due - System.nanoTime();
            if (wait > 0) {
                LockSupport.parkNanos(wait);
                continue;
            }
            sample();
            due = following(due);
        }
    }

    /**
     * Time of the next sample: a period after the last due time, so that no drift adds up; missed samples are skipped.
     */
    private long following(long due) {
        long now = System.nanoTime();
        return now - due < periodNanos ? due + periodNanos : now + periodNanos;
    }

    private void sample() {
        task.begins();
        try {
            sample.run();
            task.works();
        } catch (RuntimeException bug) {
            task.metBug(log, "seconds are left out: " + bug, "a second is left out of the live figures", bug);
        }
    }

    /**
     * Stops the thread. On return no sample is being taken, unless one hangs: then a warning is logged instead of
     * waiting.
     */
    @Override
    public void close() {
        closing = true;
        thread.interrupt(); // asleep, or waiting for a stuck worker
        try {
            if (thread.isAlive() && !thread.join(CLOSE_PATIENCE)) {
                log.warn("not stopped in time: the live figures");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
