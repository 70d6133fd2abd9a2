package dev.usher.config;

import java.time.Duration;

/** Name resolution for backends with host names. */
public record ResolveConfig(Duration interval, Family family) {
    /** The addresses of a name that are used. */
    public enum Family {
        ANY,
        IPV4,
        IPV6
    }

    public static final DurationRange INTERVAL = new DurationRange(Duration.ofMillis(100), Duration.ofDays(1));

    public static final ResolveConfig DEFAULT = new ResolveConfig(Duration.ofSeconds(30), Family.ANY);

    public ResolveConfig {
        INTERVAL.check(interval, "resolve.interval");
        Check.present(family, "resolve.family");
    }
}
