package dev.usher.time;

import java.time.Duration;
import java.time.Instant;

/**
 * A moment on both clocks, for converting monotonic times to wall clock times for display.
 *
 * @param nanos by the monotonic clock
 * @param wall by the wall clock
 */
public record Moment(long nanos, Instant wall) {
    /** The current moment. */
    public static Moment now(Clock clock) {
        return new Moment(clock.nanos(), Instant.ofEpochMilli(WallClock.millis()));
    }

    /** The wall clock time of {@code thenNanos}. */
    public Instant wall(long thenNanos) {
        return wall.minusNanos(nanos - thenNanos);
    }

    /** The time since {@code thenNanos}; zero if still ahead. */
    public Duration since(long thenNanos) {
        return Duration.ofNanos(Math.max(0, nanos - thenNanos));
    }
}
