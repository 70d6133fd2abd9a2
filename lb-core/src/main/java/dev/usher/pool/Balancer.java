package dev.usher.pool;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a pool chooses among its backends. Built anew, for those that serve and with their weights of that moment, whenever
 * one of them changes; so a choice is a look at what was prepared. Called by all workers at once; allocates nothing.
 */
sealed interface Balancer permits RoundRobin, LeastConnections, RandomTwo, ClientHash, First {
    /**
     * The backend for the next session, or null if none is available.
     *
     * @param clientHash of the client's address; looked at by {@link ClientHash} only
     * @param tried backends that this session has tried in vain; few, and usually none
     */
    @Nullable
    Backend pick(long clientHash, List<Backend> tried);

    /** Whether {@code backend} may have this session: it has room, still serves, and was not tried. */
    static boolean mayTake(Backend backend, List<Backend> tried) {
        return backend.isAvailable() && (tried.isEmpty() || !tried.contains(backend));
    }
}
