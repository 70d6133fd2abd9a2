package dev.usher.server.it;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** Waits for what another thread or process is about to do, and never longer than a broken one is worth. */
final class Await {
    static final Duration PATIENCE = Duration.ofSeconds(15);
    private static final long POLL_NANOS = 2_000_000;

    /** What is waited for; it may throw. */
    @FunctionalInterface
    interface Condition {
        boolean holds() throws Exception;
    }

    private Await() {}

    /**
     * Returns once the condition holds.
     *
     * @param what completes the sentence "waited in vain until ..."
     */
    static void until(String what, Condition condition) throws Exception {
        until(what, PATIENCE, condition);
    }

    static void until(String what, Duration patience, Condition condition) throws Exception {
        long begun = System.nanoTime();
        while (!condition.holds()) {
            if (System.nanoTime() - begun > patience.toNanos()) {
                throw new AssertionError("waited " + patience.toMillis() + " ms in vain until " + what);
            }
            LockSupport.parkNanos(POLL_NANOS);
        }
    }

    /** Lets time pass while something is measured: for rates, never for events. */
    static void pass(Duration time) {
        long end = System.nanoTime() + time.toNanos();
        while (System.nanoTime() - end < 0) {
            LockSupport.parkNanos(end - System.nanoTime());
        }
    }
}
