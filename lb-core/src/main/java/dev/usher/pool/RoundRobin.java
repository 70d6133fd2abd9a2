package dev.usher.pool;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Each backend in its turn, as often as its weight says, and as evenly spread as it can be: weights 5, 1, 1 give
 * a a b a c a a, not five in a row. The order is worked out once, when the pool is built, so that a pick is one atomic
 * step of the cursor that all workers share.
 *
 * <p>A backend that is not available passes its turn to the next in the order that is.
 */
final class RoundRobin implements Balancer {
    /** One for each turn of a round. */
    private final Backend[] order;

    private final AtomicInteger cursor = new AtomicInteger();

    /** @param members those that take turns; may be empty */
    RoundRobin(List<Backend> members) {
        this.order = order(members);
    }

    @Override
    public @Nullable Backend pick(List<Backend> tried) {
        if (order.length == 0) {
            return null;
        }
        int turn = Integer.remainderUnsigned(cursor.getAndIncrement(), order.length);
        for (int i = 0; i < order.length; i++) {
            Backend next = order[turn];
            if (next.isAvailable() && !tried.contains(next)) {
                return next;
            }
            turn = turn + 1 == order.length ? 0 : turn + 1;
        }
        return null;
    }

    /**
     * The smooth order: at each turn every backend gains its weight, the one with the most takes the turn and pays the
     * sum of all weights.
     */
    private static Backend[] order(List<Backend> members) {
        int divisor = members.stream().mapToInt(RoundRobin::weight).reduce(0, RoundRobin::gcd);
        int sum = members.stream().mapToInt(member -> weight(member) / divisor).sum();
        int[] credit = new int[members.size()];
        Backend[] order = new Backend[sum];
        for (int turn = 0; turn < sum; turn++) {
            int richest = 0;
            for (int i = 0; i < credit.length; i++) {
                credit[i] += weight(members.get(i)) / divisor;
                if (credit[i] > credit[richest]) {
                    richest = i;
                }
            }
            credit[richest] -= sum;
            order[turn] = members.get(richest);
        }
        return order;
    }

    private static int weight(Backend backend) {
        return backend.config().weight();
    }

    private static int gcd(int a, int b) {
        return b == 0 ? a : gcd(b, a % b);
    }
}
