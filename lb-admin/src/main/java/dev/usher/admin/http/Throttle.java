package dev.usher.admin.http;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Has those wait who keep sending wrong tokens. Any thread.
 */
public final class Throttle {
    /** Wrong tokens in one window, after which no token is looked at until it is over. */
    public static final int MAX_FAILURES = 5;

    static final long WINDOW_NANOS = TimeUnit.MINUTES.toNanos(1);
    /** One who has more addresses than this is not held up; its memory is held. */
    static final int MAX_ADDRESSES = 10_000;

    private record Window(long beganNanos, int failures) {}

    private final LongSupplier nanos;
    /** The oldest window first. */
    private final Map<ByteBuffer, Window> windows = new LinkedHashMap<>();

    public Throttle(LongSupplier nanos) {
        this.nanos = nanos;
    }

    /** How many seconds an address has to wait before its token is looked at; 0 if it need not. */
    synchronized long waitSeconds(InetAddress address) {
        Window window = windows.get(ClientKey.of(address));
        long left = window == null || window.failures() < MAX_FAILURES ? 0 : leftNanos(window);
        return left <= 0 ? 0 : Math.max(1, TimeUnit.NANOSECONDS.toSeconds(left + TimeUnit.SECONDS.toNanos(1) - 1));
    }

    /** Counts a wrong token; true for the one after which the address has to wait. */
    synchronized boolean failed(InetAddress address) {
        ByteBuffer key = ClientKey.of(address);
        Window before = windows.get(key);
        if (before != null && leftNanos(before) > 0) {
            windows.put(key, new Window(before.beganNanos(), before.failures() + 1));
            return before.failures() + 1 == MAX_FAILURES;
        }
        windows.remove(key); // to stand behind those that are older
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
