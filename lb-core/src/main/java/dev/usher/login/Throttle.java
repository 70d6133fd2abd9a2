package dev.usher.login;

import dev.usher.config.ClientKey;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** Limits wrong tokens and passwords per client address. Any thread. */
public final class Throttle {
    /** Wrong secrets within a window; after that, secrets of the address are ignored until the window ends. */
    public static final int MAX_FAILURES = 5;

    static final long WINDOW_NANOS = TimeUnit.MINUTES.toNanos(1);
    /** Limit of memory: a client with more addresses than this is not held up. */
    static final int MAX_ADDRESSES = 10_000;

    private record Window(long beganNanos, int failures) {}

    private final LongSupplier nanos;
    /** The oldest window first. */
    private final Map<ByteBuffer, Window> windows = new LinkedHashMap<>();

    public Throttle(LongSupplier nanos) {
        this.nanos = nanos;
    }

    /** Seconds until secrets of an address are checked again; 0 if they are checked now. */
    public synchronized long waitSeconds(InetAddress address) {
        Window window = windows.get(ClientKey.of(address.getAddress()));
        long left = window == null || window.failures() < MAX_FAILURES ? 0 : leftNanos(window);
        return left <= 0 ? 0 : Math.max(1, TimeUnit.NANOSECONDS.toSeconds(left + TimeUnit.SECONDS.toNanos(1) - 1));
    }

    /** Counts a wrong secret; true exactly when this secret makes the address wait. */
    public synchronized boolean failed(InetAddress address) {
        ByteBuffer key = ClientKey.of(address.getAddress());
        Window before = windows.get(key);
        if (before != null && leftNanos(before) > 0) {
            windows.put(key, new Window(before.beganNanos(), before.failures() + 1));
            return before.failures() + 1 == MAX_FAILURES;
        }
        windows.remove(key); // to be put last, as the newest
        dropOldestIfFull();
        windows.put(key, new Window(nanos.getAsLong(), 1));
        return false;
    }

    synchronized int size() {
        return windows.size();
    }

    private void dropOldestIfFull() {
        if (windows.size() >= MAX_ADDRESSES) {
            windows.remove(windows.keySet().iterator().next());
        }
    }

    private long leftNanos(Window window) {
        return window.beganNanos() + WINDOW_NANOS - nanos.getAsLong();
    }
}
