package dev.usher.pool;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The backend with the fewest open sessions for its weight. A pick looks at every member, starting at a member that
 * advances by weight, so equally loaded members take turns: a nearly idle pool follows the weights too. A member
 * without any session ends the search.
 */
final class LeastConnections implements Balancer {
    private static final int NOBODY = -1;

    /**
     * The members, in columns. A search reads only the fields to compare: going through each {@link Backend} would take
     * twice as long, and a hundred busy backends would make a pick too slow.
     */
    private final Backend[] backends;

    private final AtomicInteger[] open;
    private final int[] weights;
    /** The starting member for each turn of a round. */
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

    /**
     * The first member in this range that is less loaded than every member before it and than {@code best}; else
     * {@code best}.
     */
    private int search(int from, int to, int best, List<Backend> tried) {
        int found = best;
        int leastOpen = best == NOBODY ? Integer.MAX_VALUE : open[best].getPlain();
        // with weight 0, any member counts as less loaded than NOBODY
        int itsWeight = best == NOBODY ? 0 : weights[best];
        if (leastOpen == 0) {
            return best;
        }
        for (int at = from; at < to; at++) {
            // Plain reads: volatile reads would wait for each other. The cursor's atomic step has made the values fresh
            // enough.
            int next = open[at].getPlain();
            int weight = weights[at];
            // Compares the load first: the check is cheaper, and rules out most members.
            if (isLess(next, weight, leastOpen, itsWeight) && Balancer.mayTake(backends[at], tried)) {
                if (next == 0) { // here, since a test in the loop's condition would make the loop half as slow again
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
     * Compares two loads without dividing. The loads are without the session to come: with it, the heavier of two idle
     * members would always win, and the lighter would get nothing while sessions are few.
     */
    static boolean isLessLoaded(Weighted candidate, Weighted best) {
        return isLess(
                candidate.backend().open(), candidate.weight(), best.backend().open(), best.weight());
    }

    private static boolean isLess(int open, int weight, int bestOpen, int bestWeight) {
        return (long) open * bestWeight < (long) bestOpen * weight;
    }
}
