package dev.usher.config;

import java.time.Duration;

/**
 * How the program ends.
 *
 * @param drain how long open sessions may go on after the listeners closed
 * @param readinessDelay how long the listeners stay open after readiness is taken back, for those in front to notice
 */
public record ShutdownConfig(Duration drain, Duration readinessDelay) {
    public static final DurationRange DRAIN = new DurationRange(Duration.ZERO, Duration.ofDays(1));
    public static final DurationRange READINESS_DELAY = new DurationRange(Duration.ZERO, Duration.ofMinutes(10));

    public static final ShutdownConfig DEFAULT = new ShutdownConfig(Duration.ofSeconds(30), Duration.ZERO);

    public ShutdownConfig {
        DRAIN.check(drain, "shutdown.drain");
        READINESS_DELAY.check(readinessDelay, "shutdown.readiness_delay");
    }
}
