package dev.usher.pool;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Each backend in turn, as often as its weight says, spread as evenly as possible: weights 5, 1, 1 give a a b a c a a,
 * not five in a row. The order is computed once, so a pick is one atomic step of a cursor shared by the workers.
 *
 * <p>A full backend passes its turn to the next in the order.
 */
final class RoundRobin implements Balancer {
    /**
     * The longest order. Weights with a larger sum, after division by their common divisor, are scaled down: with 256
     * backends the error is below half a percent, with ten far less.
     */
    private static final int MAX_TURNS = 16 * 1024;

    /** The backend for each turn of a round. */
    private final Backend[] order;

    /** Shared with the previous and next orders, since a change of the pool must not restart the round. */
    private final AtomicInteger cursor;

    /** @param members the backends that take turns; may be empty */
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
     * The smooth order: at each turn every backend gains its weight, and the backend with the most credit takes the
     * turn and pays the sum of the weights. The result is the index of a member for each turn of a round.
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

    /** The weights divided by their common divisor, and scaled down if the order would be too long. */
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
