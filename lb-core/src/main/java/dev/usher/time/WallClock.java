package dev.usher.time;

/** The time of day, for display. May jump, so no computation relies on the wall clock. */
public final class WallClock {
    private WallClock() {}

    /** Milliseconds since 1970, UTC. */
    public static long millis() {
        return System.currentTimeMillis();
    }
}
