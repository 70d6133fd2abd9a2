package dev.usher.relay;

import dev.usher.end.CloseReason;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * The last failed sessions of a worker, for people. Each close reason has places of its own, so a flood of a single
 * kind, caused by clients, pushes out no other kind. On the worker's thread.
 */
public final class FailedSessions {
    /** Places of each reason: two screens of a list, and less than a megabyte a worker with every place taken. */
    public static final int CAPACITY = 50;

    private final Map<CloseReason, Last> byReason = new EnumMap<>(CloseReason.class);

    /**
     * A failed session.
     *
     * @param atNanos time of the end, by the worker's clock
     */
    public record Failed(SessionEnd end, long atNanos) {}

    /** Keeps an ended session; the oldest of the same reason gives way. Allocates at the first of a reason alone. */
    void add(SessionEnd end, long atNanos) {
        byReason.computeIfAbsent(end.reason(), _ -> new Last()).add(end, atNanos);
    }

    /** A copy, in no order. */
    public List<Failed> copy() {
        List<Failed> all = new ArrayList<>();
        byReason.values().forEach(last -> last.addTo(all));
        return all;
    }

    /** A ring: slots are used again in turn. */
    private static final class Last {
        private final SessionEnd[] ends = new SessionEnd[CAPACITY];
        private final long[] atNanos = new long[CAPACITY];
        private int count;
        private int next;

        void add(SessionEnd end, long at) {
            ends[next] = end;
            atNanos[next] = at;
            next = (next + 1) % CAPACITY;
            count = Math.min(count + 1, CAPACITY);
        }

        void addTo(List<Failed> all) {
            for (int i = 0; i < count; i++) {
                all.add(new Failed(ends[i], atNanos[i]));
            }
        }
    }
}
