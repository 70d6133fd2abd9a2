package dev.usher.config;

import java.time.Duration;

/**
 * The shutdown sequence.
 *
 * @param drain time for open sessions to end after the listeners have closed
 * @param readinessDelay time between withdrawing readiness and closing the listeners, so that load balancers in
 *     front notice
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
