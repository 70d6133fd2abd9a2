package dev.usher.view;

import java.time.Instant;

/**
 * The number of requests for a server name.
 *
 * @param valid whether the text is a valid server name; false for invalid text sent as a name, escaped and cut
 * @param known whether a route matches the name
 * @param count upper bound of the number of requests
 * @param error inaccuracy: {@code count - error} is the lower bound
 * @param lastSeen by the wall clock
 */
public record NameCount(String name, boolean valid, boolean known, long count, long error, Instant lastSeen) {}
