package dev.usher.pool;

import dev.usher.config.EjectionConfig;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Takes a backend out after failed sessions, for {@code base_time} times the number of ejections in a row, at most
 * {@code max_time}. Workers count failures; the keeper of the pools readmits the backend.
 *
 * <pre>
 *   in --(consecutive_failures, and the pool can spare it)--> ejected --(time over, TLS or HTTP probe, or no other left)--> in
 * </pre>
 */
final class Ejection {
    private enum Place {
        IN,
        /** A worker is about to eject the backend, and has not set the end time yet. */
        LEAVING,
        EJECTED
    }

    private final AtomicInteger failuresInARow = new AtomicInteger();
    private final AtomicReference<Place> place = new AtomicReference<>(Place.IN);
    /** Ejections in a row; a calm time as long as the last ejection ends the row. */
    private volatile int timesInARow;

    /** True exactly until the last ejection has been reported. */
    private volatile boolean news;

    private volatile long untilNanos;
    private volatile long lastNanos;

    /** Called when a session got its first byte. Any worker. */
    void succeeded() {
        if (failuresInARow.get() != 0) { // in the usual case, workers write no shared field
            failuresInARow.set(0);
        }
    }

    /**
     * Counts a failed session. Any worker.
     *
     * @return true for each failure that reaches the limit
     */
    boolean failed(EjectionConfig config) {
        return config.isOn() && failuresInARow.incrementAndGet() >= config.consecutiveFailures();
    }

    /** Takes the backend out at once; false if it is out already. */
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

    /** Lets the backend serve again; false if it was not out. */
    boolean readmit() {
        failuresInARow.set(0);
        return place.compareAndSet(Place.EJECTED, Place.IN);
    }

    /** Resets the count when the pool cannot spare the backend, so that counting begins again. */
    void spare() {
        failuresInARow.set(0);
    }

    boolean isEjected() {
        return place.get() == Place.EJECTED;
    }

    boolean isOver(long nowNanos) {
        return isEjected() && nowNanos - untilNanos >= 0;
    }

    /** Whether this ejection has yet to be reported; true only once for each ejection. */
    boolean isNews() {
        boolean was = news;
        news = false;
        return was;
    }

    /** The latest end of the ejection; meaningful only while ejected. */
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
