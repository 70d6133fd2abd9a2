package dev.usher.pool;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The backend with the fewest open sessions for its weight. Looks at all, beginning with the one whose turn it is, so that
 * those that are equal take turns by their weights: a pool with next to no open sessions follows the weights too. The first
 * that has none at all ends the search.
 */
final class LeastConnections implements Balancer {
    private final Weighted[] members;
    /** The member that each turn of a round begins with. */
    private final int[] turns;

    private final AtomicInteger cursor;

    LeastConnections(List<Weighted> members, AtomicInteger cursor) {
        this.members = members.toArray(Weighted[]::new);
        this.turns = RoundRobin.turns(members);
        this.cursor = cursor;
    }

    @Override
    public @Nullable Backend pick(long clientHash, List<Backend> tried) {
        if (members.length == 0) {
            return null;
        }
        int at = turns[Integer.remainderUnsigned(cursor.getAndIncrement(), turns.length)];
        Backend best = null;
        int bestOpen = 0;
        int bestWeight = 0;
        for (int i = 0; i < members.length; i++) {
            Backend next = members[at].backend();
            int open = next.open();
            int weight = members[at].weight();
            // Its load first, which is the cheaper question: most are not asked the other one.
            if ((best == null || isLess(open, weight, bestOpen, bestWeight)) && Balancer.mayTake(next, tried)) {
                if (open == 0) {
                    return next;
                }
                best = next;
                bestOpen = open;
                bestWeight = weight;
            }
            at = at + 1 == members.length ? 0 : at + 1;
        }
        return best;
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
