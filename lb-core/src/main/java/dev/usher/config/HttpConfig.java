package dev.usher.config;

import java.time.Duration;
import java.util.List;

/**
 * The treatment of HTTP requests without TLS.
 *
 * @param timeout time from accept to the last byte of a request's head; not renewed by each byte
 * @param maxSizeBytes the longest head that is collected
 * @param redirect status of the redirect to https, in {@link #REDIRECTS}
 * @param httpsPort port that a redirect leads to: the public port of the TLS listener
 * @param requests the treatment of requests for routes without a treatment of their own
 */
public record HttpConfig(Duration timeout, int maxSizeBytes, int redirect, int httpsPort, HttpRule requests) {
    public static final DurationRange TIMEOUT = ClientHelloConfig.TIMEOUT;
    /** The upper end is the default of nginx for a single line, and more than any browser sends. */
    public static final SizeRange MAX_SIZE_BYTES = new SizeRange(1024, 16 * 1024);

    /**
     * Statuses of a redirect (RFC 9110 section 15.4): for good, where an old client may turn a POST into a GET; for this
     * once; for good.
     */
    public static final List<Integer> REDIRECTS = List.of(301, 307, 308);

    public static final IntRange HTTPS_PORT = new IntRange(1, 65_535);

    public static final HttpConfig DEFAULT =
            new HttpConfig(Duration.ofSeconds(5), 16 * 1024, 308, 443, HttpRule.REDIRECT);

    public HttpConfig {
        TIMEOUT.check(timeout, "http.timeout");
        MAX_SIZE_BYTES.check(maxSizeBytes, "http.max_size");
        Check.that(REDIRECTS.contains(redirect), "http.redirect must be 301, 307 or 308");
        HTTPS_PORT.check(httpsPort, "http.https_port");
        Check.present(requests, "http.requests");
    }

    /** A status in {@link #REDIRECTS}; the exception's message says which there are. */
    public static int redirect(String text) {
        return REDIRECTS.stream()
                .filter(status -> text.equals(status.toString()))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("\"" + text + "\" must be 301, 307 or 308"));
    }
}
