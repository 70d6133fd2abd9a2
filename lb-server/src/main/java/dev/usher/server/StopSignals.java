package dev.usher.server;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Signals that ask usher to end, in order. The first asks for a clean end, and the second for an immediate end. The
 * third halts the process, in case the end itself hangs.
 */
final class StopSignals {
    private static final int PATIENCE = 2;
    /** The same signal within this time counts once: {@code timeout} signals its child, and then the child's group. */
    private static final long ECHO_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final BlockingQueue<String> waiting = new LinkedBlockingQueue<>();
    private final AtomicInteger asked = new AtomicInteger();

    private volatile Runnable whenAsked = () -> {};

    /** The thread that a signal interrupts; null if there is none. Guarded by this, like the fields below. */
    private @Nullable Thread brokenOff;

    private String last = "";
    private long lastNanos;

    private StopSignals() {}

    /** Handles SIGTERM and SIGINT from now on. */
    static StopSignals install() {
        StopSignals stops = new StopSignals();
        stops.add("TERM");
        stops.add("INT");
        return stops;
    }

    /** Makes a further signal ask for the end. */
    void add(String name) {
        Signals.on(name, () -> onSignal("SIG" + name));
    }

    /** Runs on a thread of its own for each signal. */
    private synchronized void onSignal(String signal) {
        long now = System.nanoTime();
        boolean echo = signal.equals(last) && now - lastNanos < ECHO_NANOS;
        last = signal;
        lastNanos = now;
        if (echo) {
            return;
        }
        int times = asked.incrementAndGet();
        if (times > PATIENCE) {
            Runtime.getRuntime().halt(ExitCode.FAILED);
        }
        if (times == 1) {
            whenAsked.run();
        }
        waiting.add(signal);
        if (brokenOff != null) {
            brokenOff.interrupt();
        }
    }

    /**
     * Asks for a clean end without a signal, such as {@code taken over by process 7}. The next signal counts as the
     * first: the sender may not know of the end.
     */
    void end(String why) {
        whenAsked.run();
        waiting.add(why);
    }

    /** Sets an action for the first signal, run on the signal's thread. */
    void whenAsked(Runnable action) {
        whenAsked = action;
    }

    /** True once a signal has arrived. */
    boolean asked() {
        return asked.get() > 0;
    }

    /** A wait before serving has begun. */
    @FunctionalInterface
    interface Wait<T> {
        T get() throws IOException, InterruptedException;
    }

    /**
     * Runs the wait on this thread; a signal interrupts the wait.
     *
     * @throws InterruptedException if a signal has arrived
     */
    <T> T unlessAsked(Wait<T> wait) throws IOException, InterruptedException {
        begin(Thread.currentThread());
        try {
            return wait.get();
        } finally {
            end();
        }
    }

    private synchronized void begin(Thread thread) throws InterruptedException {
        if (asked()) {
            throw new InterruptedException("a signal has come");
        }
        brokenOff = thread;
    }

    private synchronized void end() {
        brokenOff = null;
        boolean _ = Thread.interrupted(); // clears an interrupt by a signal that arrived as the wait ended
    }

    /** Waits for the next signal, and returns its name. */
    String take() throws InterruptedException {
        return waiting.take();
    }

    /** Waits for the next signal; null if none arrives in time. */
    @Nullable
    String poll(Duration patience) throws InterruptedException {
        return waiting.poll(patience.toNanos(), TimeUnit.NANOSECONDS);
    }
}
