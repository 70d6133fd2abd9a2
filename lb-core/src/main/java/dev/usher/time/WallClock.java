package dev.usher.time;

/** The time of day, for people to read. It may jump: nothing is reckoned with it. */
public final class WallClock {
    private WallClock() {}

    /** Milliseconds since 1970, UTC. */
    public static long millis() {
        return System.currentTimeMillis();
    }
}
