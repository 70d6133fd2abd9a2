package dev.usher.server;

import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The wishes that usher should end, in their order. The first asks for a clean end and the second for one at once; the
 * third does not ask, for the case that the end itself hangs.
 */
final class StopSignals {
    private static final int PATIENCE = 2;
    /** The same signal this soon is the same wish again: {@code timeout} signals its child, and then the child's group. */
    private static final long ECHO_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final BlockingQueue<String> waiting = new LinkedBlockingQueue<>();
    private final AtomicInteger asked = new AtomicInteger();

    private volatile Runnable whenAsked = () -> {};

    /** The one that a signal breaks off; null if none is to be. Guarded by this, as what follows. */
    private @Nullable Thread brokenOff;

    private String last = "";
    private long lastNanos;

    private StopSignals() {}

    /** Takes over SIGTERM and SIGINT from now on. */
    static StopSignals install() {
        StopSignals stops = new StopSignals();
        stops.add("TERM");
        stops.add("INT");
        return stops;
    }

    /** Lets a signal more ask for the end. */
    void add(String name) {
        Signals.on(name, () -> onSignal("SIG" + name));
    }

    /** Each signal comes on a thread of its own. */
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

    /** Has the first signal do this, too, on its own thread. */
    void whenAsked(Runnable action) {
        whenAsked = action;
    }

    /** Whether a signal has arrived. */
    boolean asked() {
        return asked.get() > 0;
    }

    /** What may last, before there is anything that a signal could end. */
    @FunctionalInterface
    interface Wait<T> {
        T get() throws InterruptedException;
    }

    /**
     * Waits for it, on this thread; a signal interrupts the wait.
     *
     * @throws InterruptedException if a signal has come
     */
    <T> T unlessAsked(Wait<T> wait) throws InterruptedException {
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
        boolean _ = Thread.interrupted(); // a signal that came as the wait ended interrupts nothing else
    }

    /** Waits for the next signal, and gives its name. */
    String take() throws InterruptedException {
        return waiting.take();
    }

    /** Waits for the next signal for so long; null if none came. */
    @Nullable
    String poll(Duration patience) throws InterruptedException {
        return waiting.poll(patience.toNanos(), TimeUnit.NANOSECONDS);
    }
}
