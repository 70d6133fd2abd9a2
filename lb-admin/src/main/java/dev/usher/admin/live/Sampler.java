package dev.usher.admin.live;

import dev.usher.Background;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Calls something once a second, on a thread of its own, whatever becomes of the call before. */
final class Sampler implements AutoCloseable {
    private static final long PERIOD_NANOS = TimeUnit.SECONDS.toNanos(1);
    /** A sample takes milliseconds; a worker that does not answer costs it a second. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    /** A sample takes milliseconds, and a second where a worker is stuck. */
    private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(2);

    private static final Logger log = LoggerFactory.getLogger(Sampler.class);

    private final Runnable sample;
    private final long periodNanos;
    private final Thread thread;
    private volatile boolean closing;
    private final Background.Task task;
    /** True exactly when the last sample failed: only the first failure of a row is worth a line. */
    private boolean failing;

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

    /** The next second, so that no drift adds up; those that were slept through are left out. */
    private long following(long due) {
        long now = System.nanoTime();
        return now - due < periodNanos ? due + periodNanos : now + periodNanos;
    }

    private void sample() {
        task.begins();
        try {
            sample.run();
            failing = false;
            task.works();
        } catch (RuntimeException e) {
            if (!failing) {
                log.error("a second is left out of the live figures; more like it are not reported", e);
            }
            failing = true;
            task.failed("seconds are left out: " + e);
        }
    }

    /** Ends it. When this returns, no sample is being taken, but one that hangs: that is said, and is not waited for. */
    @Override
    public void close() {
        closing = true;
        thread.interrupt(); // it sleeps, or waits for a worker that is stuck
        try {
            if (thread.isAlive() && !thread.join(CLOSE_PATIENCE)) {
                log.warn("not waited for: the live figures, which hang");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
