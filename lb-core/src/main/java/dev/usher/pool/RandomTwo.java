package dev.usher.pool;

import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Draws two backends at random, by weight, and takes the one with fewer open sessions for its weight: nearly as even as
 * {@link LeastConnections}, at a cost that does not grow with the pool, and without the usher instances of a site all
 * choosing the same backend.
 */
final class RandomTwo implements Balancer {
    private final Weighted[] members;
    /** Each member as often as its weight says, so that a random ticket is a random member by weight. */
    private final int[] tickets;

    private final RandomGenerator draws;

    RandomTwo(List<Weighted> members, RandomGenerator draws) {
        this.draws = draws;
        this.members = members.toArray(Weighted[]::new);
        this.tickets = RoundRobin.turns(members);
    }

    @Override
    public @Nullable Backend pick(long clientHash, List<Backend> tried) {
        if (members.length == 0) {
            return null;
        }
        long random = draws.nextLong();
        Weighted one = draw((int) random, tried);
        Weighted other = draw((int) (random >>> 32), tried);
        if (one == null || other == null) {
            return null;
        }
        return LeastConnections.isLessLoaded(other, one) ? other.backend() : one.backend();
    }

    /** Draws a member at random; if the member cannot take the session, the next member that can. */
    private @Nullable Weighted draw(int random, List<Backend> tried) {
        int at = tickets[(int) ((Integer.toUnsignedLong(random) * tickets.length) >>> 32)];
        for (int i = 0; i < members.length; i++) {
            if (Balancer.mayTake(members[at].backend(), tried)) {
                return members[at];
            }
            at = at + 1 == members.length ? 0 : at + 1;
        }
        return null;
    }
}
