package dev.usher.config;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The outcome for a client that the author of a configuration expects; checked, and never served by.
 *
 * @param outcome {@link #REJECT}, {@link #CLOSE}, {@link #REDIRECT}, the address of a backend, or the name of a pool
 * @param listener of the client; null stands for the first that fits the name
 * @param alpn protocols that the client offers
 * @param client address of the client, in digits
 */
public record Expectation(String outcome, @Nullable String listener, List<String> alpn, String client) {
    /** An answer that refuses. */
    public static final String REJECT = "reject";
    /** An end without an answer. */
    public static final String CLOSE = "close";
    /** An answer that sends to https. */
    public static final String REDIRECT = "redirect";

    /** The words that are no pools. */
    public static final List<String> WORDS = List.of(REJECT, CLOSE, REDIRECT);

    /** The client of an expectation without one, as of {@code usher explain}. */
    public static final String DEFAULT_CLIENT = "127.0.0.1";

    public Expectation {
        Check.notBlank(outcome, "expect.outcome");
        alpn = Check.distinct(alpn, "expect.alpn");
        Check.that(IpAddress.parse(client) != null, "expect.client must be an IP address, was " + client);
    }

    /** Any client on the first listener that fits. */
    public static Expectation of(String outcome) {
        return new Expectation(outcome, null, List.of(), DEFAULT_CLIENT);
    }
}
