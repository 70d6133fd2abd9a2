package dev.usher.pool;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The backend with the fewest open sessions for its weight. Looks at all, beginning with the one whose turn it is, so that
 * those that are equal take turns by their weights: a pool with next to no open sessions follows the weights too. The first
 * that has none at all ends the search.
 */
final class LeastConnections implements Balancer {
    private static final int NOBODY = -1;

    /**
     * The members, by column. A search reads only what it compares: through a member's {@link Backend} it would take twice
     * as long, and a hundred busy ones longer than a pick may take.
     */
    private final Backend[] backends;

    private final AtomicInteger[] open;
    private final int[] weights;
    /** The member that each turn of a round begins with. */
    private final int[] turns;

    private final AtomicInteger cursor;

    LeastConnections(List<Weighted> members, AtomicInteger cursor) {
        this.backends = members.stream().map(Weighted::backend).toArray(Backend[]::new);
        this.open = Arrays.stream(backends).map(Backend::openCount).toArray(AtomicInteger[]::new);
        this.weights = members.stream().mapToInt(Weighted::weight).toArray();
        this.turns = RoundRobin.turns(members);
        this.cursor = cursor;
    }

    @Override
    public @Nullable Backend pick(long clientHash, List<Backend> tried) {
        if (backends.length == 0) {
            return null;
        }
        int first = turns[Integer.remainderUnsigned(cursor.getAndIncrement(), turns.length)];
        int best = search(first, backends.length, NOBODY, tried);
        best = search(0, first, best, tried);
        return best == NOBODY ? null : backends[best];
    }

    /** The first of these members that has less than all of them before it, and than {@code best}; else {@code best}. */
    private int search(int from, int to, int best, List<Backend> tried) {
        int found = best;
        int leastOpen = best == NOBODY ? Integer.MAX_VALUE : open[best].getPlain();
        int itsWeight = best == NOBODY ? 0 : weights[best]; // so that anything is less than nobody
        if (leastOpen == 0) {
            return best;
        }
        for (int at = from; at < to; at++) {
            // Plain: each volatile read would wait for the one before. The cursor's step has made them fresh enough.
            int next = open[at].getPlain();
            int weight = weights[at];
            // Its load first, which is the cheaper question: most are not asked the other one.
            if (isLess(next, weight, leastOpen, itsWeight) && Balancer.mayTake(backends[at], tried)) {
                if (next == 0) { // here, and not in the loop's own condition: that would make it half as slow again
                    return at;
                }
                found = at;
                leastOpen = next;
                itsWeight = weight;
            }
        }
        return found;
    }

    /**
     * Compares the loads that the two have, without dividing. Not those that they would have with one session more: of
     * two idle ones the heavier would always win, and where sessions are few the lighter would never have one.
     */
    static boolean isLessLoaded(Weighted candidate, Weighted best) {
        return isLess(
                candidate.backend().open(), candidate.weight(), best.backend().open(), best.weight());
    }

    private static boolean isLess(int open, int weight, int bestOpen, int bestWeight) {
        return (long) open * bestWeight < (long) bestOpen * weight;
    }
}
