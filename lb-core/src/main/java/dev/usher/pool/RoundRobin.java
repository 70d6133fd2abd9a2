package dev.usher.pool;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Each backend in its turn, as often as its weight says, and as evenly spread as it can be: weights 5, 1, 1 give
 * a a b a c a a, not five in a row. The order is worked out once, so that a pick is one atomic step of the cursor that all
 * workers share.
 *
 * <p>A backend that is full passes its turn to the next in the order.
 */
final class RoundRobin implements Balancer {
    /**
     * The longest order that is worked out. Weights whose sum is larger, once they have no common divisor, are scaled to
     * it: with 256 backends the error is below half a percent, with ten far less.
     */
    private static final int MAX_TURNS = 16 * 1024;

    /** One for each turn of a round. */
    private final Backend[] order;

    /** Shared with the orders before and after this one: a change of the pool must not begin the round again. */
    private final AtomicInteger cursor;

    /** @param members those that take turns; may be empty */
    RoundRobin(List<Weighted> members, AtomicInteger cursor) {
        this.order = Arrays.stream(turns(members))
                .mapToObj(member -> members.get(member).backend())
                .toArray(Backend[]::new);
        this.cursor = cursor;
    }

    @Override
    public @Nullable Backend pick(long clientHash, List<Backend> tried) {
        if (order.length == 0) {
            return null;
        }
        int turn = Integer.remainderUnsigned(cursor.getAndIncrement(), order.length);
        for (int i = 0; i < order.length; i++) {
            Backend next = order[turn];
            if (Balancer.mayTake(next, tried)) {
                return next;
            }
            turn = turn + 1 == order.length ? 0 : turn + 1;
        }
        return null;
    }

    /**
     * The smooth order: at each turn every backend gains its weight, the one with the most takes the turn and pays the
     * sum of all weights. One index of a member for each turn of a round.
     */
    static int[] turns(List<Weighted> members) {
        int[] weights = reduced(members);
        int sum = 0;
        for (int weight : weights) {
            sum += weight;
        }
        long[] credit = new long[weights.length];
        int[] turns = new int[sum];
        for (int turn = 0; turn < sum; turn++) {
            int richest = 0;
            for (int i = 0; i < credit.length; i++) {
                credit[i] += weights[i];
                if (credit[i] > credit[richest]) {
                    richest = i;
                }
            }
            credit[richest] -= sum;
            turns[turn] = richest;
        }
        return turns;
    }

    /** The weights without their common divisor, scaled down where their sum would make too long an order. */
    private static int[] reduced(List<Weighted> members) {
        int divisor = members.stream().mapToInt(Weighted::weight).reduce(0, RoundRobin::gcd);
        long sum =
                members.stream().mapToLong(member -> member.weight() / divisor).sum();
        return members.stream()
                .mapToInt(member -> member.weight() / divisor)
                .map(weight -> sum <= MAX_TURNS ? weight : (int) Math.max(1, weight * (long) MAX_TURNS / sum))
                .toArray();
    }

    private static int gcd(int a, int b) {
        return b == 0 ? a : gcd(b, a % b);
    }
}
