package dev.usher.pool;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Draws two backends at random, by weight, and takes the one with the fewer open sessions for its weight: nearly as even
 * as {@link LeastConnections}, at a cost that does not grow with the pool, and without all usher instances of a site
 * running to the same backend.
 */
final class RandomTwo implements Balancer {
    private final Weighted[] members;
    /** For each member, the sum of the weights up to and with it. */
    private final int[] sums;

    RandomTwo(List<Weighted> members) {
        this.members = members.toArray(Weighted[]::new);
        this.sums = members.stream().mapToInt(Weighted::weight).toArray();
        Arrays.parallelPrefix(sums, Integer::sum);
    }

    @Override
    public @Nullable Backend pick(long clientHash, List<Backend> tried) {
        if (members.length == 0) {
            return null;
        }
        Weighted one = draw(tried);
        Weighted other = draw(tried);
        if (one == null || other == null) {
            return null;
        }
        return LeastConnections.isLessLoaded(other, one) ? other.backend() : one.backend();
    }

    /** One at random; where that one cannot take the session, the next that can. */
    private @Nullable Weighted draw(List<Backend> tried) {
        int ticket = ThreadLocalRandom.current().nextInt(sums[sums.length - 1]);
        int found = Arrays.binarySearch(sums, ticket + 1);
        int at = found >= 0 ? found : -found - 1;
        for (int i = 0; i < members.length; i++) {
            if (Balancer.mayTake(members[at].backend(), tried)) {
                return members[at];
            }
            at = at + 1 == members.length ? 0 : at + 1;
        }
        return null;
    }
}
