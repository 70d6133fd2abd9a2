package dev.usher.pool;

import dev.usher.metrics.Counter;
import dev.usher.metrics.MinuteClock;
import dev.usher.metrics.PacedCounter;
import dev.usher.metrics.Traffic;
import dev.usher.time.WallClock;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The counts of a backend, kept through reloads. No decision uses these counts. */
public final class BackendCounts {
    private static final long NEVER = 0;

    private final Traffic traffic = new Traffic();
    private final PacedCounter failures = new PacedCounter();
    private volatile long lastFailureMillis = NEVER;
    /** Written under the roster's lock, like {@link #outages}. */
    private final Counter failedProbes = new Counter();

    private final Outages outages = new Outages();

    /** Ended sessions on the backend. */
    public Traffic traffic() {
        return traffic;
    }

    /** Counts a failed attempt: no first byte came, whatever the cause. */
    public void countFailure() {
        failures.increment();
        lastFailureMillis = WallClock.millis();
    }

    void countFailedProbe() {
        failedProbes.increment();
    }

    void note(BackendState state, long nowNanos) {
        outages.note(state, nowNanos);
    }

    /** Takes a sample for the rates. A single thread. */
    public void sample(MinuteClock.Tick tick) {
        traffic.sample(tick);
        failures.sample(tick);
    }

    /** Failed attempts: no first byte came. */
    public long failures() {
        return failures.total();
    }

    /** The rate of failed attempts over the last minute. */
    public double failuresPerSecond() {
        return failures.perSecond();
    }

    /** The time of the last failed attempt, by the wall clock; null before the first. */
    public @Nullable Instant lastFailure() {
        long millis = lastFailureMillis;
        return millis == NEVER ? null : Instant.ofEpochMilli(millis);
    }

    public long failedProbes() {
        return failedProbes.get();
    }

    /** The number of times down or ejected. */
    public long outages() {
        return outages.count();
    }

    /** The time down or ejected in total. */
    public Duration outageTime(long nowNanos) {
        return outages.total(nowNanos);
    }
}
