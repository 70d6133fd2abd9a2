package dev.usher.pool;

import dev.usher.config.Balance;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A pool's way to choose a backend. Built anew whenever the set of serving backends or a weight changes, so a pick only
 * reads prepared data. Called by the workers concurrently; allocates nothing.
 */
sealed interface Balancer permits RoundRobin, LeastConnections, RandomTwo, ClientHash, First {
    /**
     * A balancer of this kind.
     *
     * @param cursor of the balancers that take turns, kept from one balancer to the next
     * @param draws for the balancers that choose at random
     */
    static Balancer of(Balance balance, List<Weighted> members, AtomicInteger cursor, RandomGenerator draws) {
        return switch (balance) {
            case ROUND_ROBIN -> new RoundRobin(members, cursor);
            case LEAST_CONNECTIONS -> new LeastConnections(members, cursor);
            case RANDOM_TWO -> new RandomTwo(members, draws);
            case CLIENT_HASH -> new ClientHash(members);
            case FIRST -> new First(members);
        };
    }

    /**
     * Picks the backend for the next session, or null if none is available.
     *
     * @param clientHash hash of the client's address; used by {@link ClientHash} only
     * @param tried backends where this session has failed already; few, and usually none
     */
    @Nullable
    Backend pick(long clientHash, List<Backend> tried);

    /** Whether {@code backend} serves, has room, and was not tried by this session. */
    static boolean mayTake(Backend backend, List<Backend> tried) {
        return backend.isAvailable() && (tried.isEmpty() || !tried.contains(backend));
    }
}
