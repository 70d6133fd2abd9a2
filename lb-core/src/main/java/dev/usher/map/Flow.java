package dev.usher.map;

/**
 * Traffic over the last minute.
 *
 * @param sessionsPerSecond ended sessions
 * @param bytesPerSecond of ended sessions, both directions together
 */
public record Flow(double sessionsPerSecond, double bytesPerSecond) {
    public static final Flow NONE = new Flow(0, 0);

    /** The figure behind the width of a band. */
    public enum Measure {
        SESSIONS,
        BYTES
    }

    public double of(Measure measure) {
        return switch (measure) {
            case SESSIONS -> sessionsPerSecond;
            case BYTES -> bytesPerSecond;
        };
    }

    public Flow plus(Flow other) {
        return new Flow(sessionsPerSecond + other.sessionsPerSecond, bytesPerSecond + other.bytesPerSecond);
    }
}
