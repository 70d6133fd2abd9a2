package dev.usher.pool;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The part of a pool's sessions that a backend is to get, for balancers that know weights. Any thread. */
final class Share {
    /** The weight set by an operator at run time, or 0 for the configured weight. */
    private volatile int override;
    /** The return from down or ejected, on the monotonic clock; null unless a slow start is under way. */
    private volatile @Nullable Long slowStartNanos;

    int weight(int configured) {
        return override == 0 ? configured : override;
    }

    /** The weight set by an operator; 0 for the configured weight. */
    int override() {
        return override;
    }

    /** Sets the weight until the next restart; 0 returns to the configured weight. */
    void override(int weight) {
        override = weight;
    }

    void startSlowly(long nowNanos) {
        slowStartNanos = nowNanos;
    }

    /** Ends the slow start if its time is over. */
    void keep(long nowNanos, @Nullable Duration slowStart) {
        if (percent(nowNanos, slowStart) == 100) {
            slowStartNanos = null;
        }
    }

    boolean isStartingSlowly() {
        return slowStartNanos != null;
    }

    /**
     * Progress of the slow start, in percent; 100 if none is under way. Never 0, since a backend must get some sessions
     * to show that it works.
     *
     * @param slowStart duration of a whole one; null for none
     */
    int percent(long nowNanos, @Nullable Duration slowStart) {
        Long began = slowStartNanos;
        long nanos = slowStart == null ? 1 : slowStart.toNanos();
        return began == null ? 100 : Math.clamp((nowNanos - began) * 100 / nanos, 1, 100);
    }
}
