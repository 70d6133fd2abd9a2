package dev.usher.view;

import java.time.Instant;

/**
 * A limit that is being hit, or was within the last minute.
 *
 * @param key the setting to change, as {@code limits.max_connections}
 * @param text what happens to clients, and what to do
 * @param since when this began, by the wall clock
 * @param count how often since then
 */
public record LimitHit(String key, String text, Instant since, long count) {}
