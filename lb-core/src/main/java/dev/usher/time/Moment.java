package dev.usher.time;

import java.time.Duration;
import java.time.Instant;

/**
 * One moment on both clocks: what was noted on the one that only runs forward is shown by the other.
 *
 * @param wall by the wall clock
 */
public record Moment(long nanos, Instant wall) {
    /** This one. */
    public static Moment now(Clock clock) {
        return new Moment(clock.nanos(), Instant.ofEpochMilli(WallClock.millis()));
    }

    /** When it was {@code thenNanos}, by the wall clock. */
    public Instant wall(long thenNanos) {
        return wall.minusNanos(nanos - thenNanos);
    }

    /** The time since {@code thenNanos}; none if that is later. */
    public Duration since(long thenNanos) {
        return Duration.ofNanos(Math.max(0, nanos - thenNanos));
    }
}
