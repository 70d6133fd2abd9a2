package dev.usher.admin.live;

import dev.usher.end.CloseReason;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Counts sessions that failed within the last minute, by reason. Shows rare failures, which the figures of a single
 * second miss.
 */
final class LastMinute {
    private static final int SECONDS = 60;

    /** Totals of ended sessions at each of the last seconds; the oldest first. */
    private final Deque<Map<String, Long>> ended = new ArrayDeque<>(SECONDS + 1);

    /**
     * Adds the current totals of ended sessions; called once a second.
     *
     * @return failures within the last minute, by reason; reasons without a failure are left out
     */
    Map<String, Long> next(Map<String, Long> now) {
        Map<String, Long> before = ended.isEmpty() ? now : ended.getFirst();
        ended.addLast(now);
        if (ended.size() > SECONDS) {
            ended.removeFirst();
        }
        Map<String, Long> failures = new LinkedHashMap<>();
        now.forEach((reason, count) -> {
            long grown = count - before.getOrDefault(reason, 0L);
            if (grown > 0 && !CloseReason.isFine(reason)) {
                failures.put(reason, grown);
            }
        });
        return failures;
    }
}
