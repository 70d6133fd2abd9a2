package dev.usher.pool;

import dev.usher.config.EjectionConfig;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Takes a backend out for failures that sessions saw, for {@code base_time} times the ejections in a row, at most
 * {@code max_time}. Workers count; the keeper of the pools lets it back.
 *
 * <pre>
 *   in --(consecutive_failures, and the pool can spare it)--> ejected --(time over, a TLS probe, or no other is left)--> in
 * </pre>
 */
final class Ejection {
    private enum Place {
        IN,
        /** One worker is about to eject it, and has yet to say until when. */
        LEAVING,
        EJECTED
    }

    private final AtomicInteger failuresInARow = new AtomicInteger();
    private final AtomicReference<Place> place = new AtomicReference<>(Place.IN);
    /** Ejections without a good spell as long as the last ejection between them. */
    private volatile int timesInARow;

    /** True exactly until somebody has been told of the last ejection. */
    private volatile boolean news;

    private volatile long untilNanos;
    private volatile long lastNanos;

    /** A session got its first byte. Any worker. */
    void succeeded() {
        if (failuresInARow.get() != 0) { // the usual case writes nothing that workers share
            failuresInARow.set(0);
        }
    }

    /** A session failed on it. Any worker; true for each that reaches the limit. */
    boolean failed(EjectionConfig config) {
        return config.isOn() && failuresInARow.incrementAndGet() >= config.consecutiveFailures();
    }

    /** Takes it out at once; false if it is out already. */
    boolean eject(EjectionConfig config, long nowNanos) {
        if (!place.compareAndSet(Place.IN, Place.LEAVING)) {
            return false;
        }
        long calm = nowNanos - untilNanos;
        timesInARow = timesInARow > 0 && calm < lastNanos ? timesInARow + 1 : 1;
        lastNanos = Math.min(
                config.baseTime().toNanos() * timesInARow, config.maxTime().toNanos());
        untilNanos = nowNanos + lastNanos;
        news = true;
        place.set(Place.EJECTED);
        return true;
    }

    /** Lets it back; false if it was not out. */
    boolean readmit() {
        failuresInARow.set(0);
        return place.compareAndSet(Place.EJECTED, Place.IN);
    }

    /** Forgets a count that the pool could not act on, so that it begins again. */
    void spare() {
        failuresInARow.set(0);
    }

    boolean isEjected() {
        return place.get() == Place.EJECTED;
    }

    boolean isOver(long nowNanos) {
        return isEjected() && nowNanos - untilNanos >= 0;
    }

    /** Whether this ejection has yet to be told; true once each. */
    boolean isNews() {
        boolean was = news;
        news = false;
        return was;
    }

    /** When it is over, unless something lets it back before; means something while it is ejected. */
    long untilNanos() {
        return untilNanos;
    }

    int timesInARow() {
        return timesInARow;
    }

    long lastNanos() {
        return lastNanos;
    }
}
