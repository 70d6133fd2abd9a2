package dev.usher.config;

import java.time.Duration;

/**
 * The treatment of clients of a TLS listener that wait for the server to speak, as some of SSH do.
 *
 * @param after time without a byte from accept, or from the end of a PROXY header; shorter than the time for the hello
 */
public record Silent(String pool, Duration after) {
    /** The key in a file; in place of a route in logs and answers. */
    public static final String ROUTE = "silent";

    public static final DurationRange AFTER = ClientHelloConfig.TIMEOUT;
    public static final Duration DEFAULT_AFTER = Duration.ofSeconds(2);

    public Silent {
        Check.notBlank(pool, "silent.pool");
        AFTER.check(after, "silent.after");
    }
}
