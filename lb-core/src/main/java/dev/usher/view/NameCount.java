package dev.usher.view;

import java.time.Instant;

/**
 * How often a server name was asked for.
 *
 * @param valid whether it is a server name; false for what was sent in place of one, escaped and cut
 * @param known whether a route has it
 * @param count so often at the most
 * @param error so much less at the most: {@code count - error} is so often at the least
 * @param lastSeen by the wall clock
 */
public record NameCount(String name, boolean valid, boolean known, long count, long error, Instant lastSeen) {}
