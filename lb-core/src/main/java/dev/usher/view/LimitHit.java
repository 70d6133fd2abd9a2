package dev.usher.view;

import java.time.Instant;

/**
 * A limit that was hit within the last minute.
 *
 * @param key the setting to change, such as {@code limits.max_connections}
 * @param text effect on clients, and advice
 * @param since begin of the hits, by the wall clock
 * @param count hits since then
 */
public record LimitHit(String key, String text, Instant since, long count) {}
