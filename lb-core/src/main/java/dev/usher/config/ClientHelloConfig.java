package dev.usher.config;

import java.time.Duration;

/**
 * Limits for a ClientHello.
 *
 * @param timeout time from accept to the last byte of the hello; not renewed by each byte
 * @param maxSizeBytes the longest handshake message that is collected
 */
public record ClientHelloConfig(Duration timeout, int maxSizeBytes) {
    public static final DurationRange TIMEOUT = new DurationRange(Duration.ofMillis(10), Duration.ofMinutes(1));
    /** The lower end still has room for any hello without a post-quantum key share. */
    public static final SizeRange MAX_SIZE_BYTES = new SizeRange(1024, 65_536);

    public static final ClientHelloConfig DEFAULT = new ClientHelloConfig(Duration.ofSeconds(5), 65_536);

    public ClientHelloConfig {
        TIMEOUT.check(timeout, "client_hello.timeout");
        MAX_SIZE_BYTES.check(maxSizeBytes, "client_hello.max_size");
    }
}
