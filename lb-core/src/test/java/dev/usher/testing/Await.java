package dev.usher.testing;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** Waits for the work of another thread or process, for a limited time. */
public final class Await {
    /** Enough for any step of a test on a busy machine. */
    public static final Duration PATIENCE = Duration.ofSeconds(30);

    private static final long POLL_NANOS = 500_000;
    private static final long LONGEST_POLL_NANOS = 20_000_000;

    /** A condition to wait for. */
    @FunctionalInterface
    public interface Condition<E extends Exception> {
        boolean holds() throws E;
    }

    private Await() {}

    /**
     * Returns once the condition holds.
     *
     * @param what completes the sentence "waited in vain until ..."
     */
    public static <E extends Exception> void until(Condition<E> condition, String what) throws E {
        until(condition, what, PATIENCE);
    }

    /** The same, with a limit of its own. */
    public static <E extends Exception> void until(Condition<E> condition, String what, Duration patience) throws E {
        until(condition, what, patience, POLL_NANOS);
    }

    /**
     * As {@link #until(Condition, String)}, for the work of another process: after a while with a look every 20 ms only, so
     * that the processor is left to that process.
     */
    public static <E extends Exception> void process(Condition<E> condition, String what) throws E {
        process(condition, what, PATIENCE);
    }

    /** The same, with a limit of its own. */
    public static <E extends Exception> void process(Condition<E> condition, String what, Duration patience) throws E {
        until(condition, what, patience, LONGEST_POLL_NANOS);
    }

    private static <E extends Exception> void until(
            Condition<E> condition, String what, Duration patience, long longestPoll) throws E {
        long begun = System.nanoTime();
        while (!condition.holds()) {
            long waited = System.nanoTime() - begun;
            if (waited > patience.toNanos()) {
                throw new AssertionError("waited " + patience.toMillis() + " ms in vain until " + what);
            }
            LockSupport.parkNanos(Math.clamp(waited / 16, POLL_NANOS, longestPoll));
        }
    }

    /** Lets time pass during a measurement: for rates, never for events. */
    public static void pass(Duration time) {
        long end = System.nanoTime() + time.toNanos();
        while (System.nanoTime() - end < 0) {
            LockSupport.parkNanos(end - System.nanoTime());
        }
    }
}
