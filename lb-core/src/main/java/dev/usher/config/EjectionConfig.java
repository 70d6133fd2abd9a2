package dev.usher.config;

import java.time.Duration;

/**
 * Rules for ejecting a backend after failed sessions.
 *
 * @param consecutiveFailures failures in a row that eject; 0 never ejects
 * @param baseTime duration of the first ejection; each further ejection in a row takes longer
 * @param maxTime longest duration
 * @param maxEjectedPercent the part of a pool that may be ejected at once
 */
public record EjectionConfig(int consecutiveFailures, Duration baseTime, Duration maxTime, int maxEjectedPercent) {
    public static final IntRange CONSECUTIVE_FAILURES = new IntRange(0, 10_000);
    public static final DurationRange TIME = new DurationRange(Duration.ofMillis(10), Duration.ofDays(1));
    public static final IntRange PERCENT = new IntRange(0, 100);

    public static final EjectionConfig DEFAULT =
            new EjectionConfig(5, Duration.ofSeconds(30), Duration.ofMinutes(5), 50);

    public EjectionConfig {
        CONSECUTIVE_FAILURES.check(consecutiveFailures, "ejection.consecutive_failures");
        TIME.check(baseTime, "ejection.base_time");
        TIME.check(maxTime, "ejection.max_time");
        Check.that(
                baseTime.compareTo(maxTime) <= 0,
                "ejection.base_time must not be longer than max_time (" + Units.text(maxTime) + "), was "
                        + Units.text(baseTime));
        PERCENT.check(maxEjectedPercent, "ejection.max_ejected");
    }

    /** A copy that never ejects. */
    public EjectionConfig off() {
        return new EjectionConfig(0, baseTime, maxTime, maxEjectedPercent);
    }

    public boolean isOn() {
        return consecutiveFailures > 0;
    }
}
