package dev.usher.pool;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** How a pool chooses among its backends. Called by all workers at once; allocates nothing. */
sealed interface Balancer permits RoundRobin {
    /**
     * The backend for the next session, or null if none is available.
     *
     * @param tried backends that this session has tried in vain; few, and usually none
     */
    @Nullable
    Backend pick(List<Backend> tried);
}
