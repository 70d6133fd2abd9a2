package dev.usher.pool;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The backend with the fewest open sessions for its weight. Looks at each, beginning one further each time, so that
 * those that are equal take turns.
 */
final class LeastConnections implements Balancer {
    private final Weighted[] members;
    private final AtomicInteger cursor;

    LeastConnections(List<Weighted> members, AtomicInteger cursor) {
        this.members = members.toArray(Weighted[]::new);
        this.cursor = cursor;
    }

    @Override
    public @Nullable Backend pick(long clientHash, List<Backend> tried) {
        if (members.length == 0) {
            return null;
        }
        int at = Integer.remainderUnsigned(cursor.getAndIncrement(), members.length);
        Weighted best = null;
        for (int i = 0; i < members.length; i++) {
            Weighted next = members[at];
            if (Balancer.mayTake(next.backend(), tried) && (best == null || isLessLoaded(next, best))) {
                best = next;
            }
            at = at + 1 == members.length ? 0 : at + 1;
        }
        return best == null ? null : best.backend();
    }

    /** Compares the loads that the two would have with one session more, without dividing. */
    static boolean isLessLoaded(Weighted candidate, Weighted best) {
        return (candidate.backend().open() + 1L) * best.weight()
                < (best.backend().open() + 1L) * candidate.weight();
    }
}
