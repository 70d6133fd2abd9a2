package dev.usher.view;

import dev.usher.config.Balance;
import dev.usher.config.HealthCheckConfig;
import dev.usher.pool.Pool;
import java.util.List;

/**
 * A pool.
 *
 * @param serving backends that take new sessions
 * @param backends in the order of the file; a host name stands for one backend per address
 */
public record PoolView(
        String name, Balance balance, int serving, HealthCheckConfig.Type healthCheck, List<BackendView> backends) {
    public PoolView {
        backends = List.copyOf(backends);
    }

    /** The current state of a pool. Any thread except a worker's. */
    public static PoolView of(Pool pool, long nowNanos) {
        return new PoolView(
                pool.name(),
                pool.config().balance(),
                pool.serving(),
                pool.config().healthCheck().type(),
                pool.backends().stream()
                        .map(backend -> BackendView.of(pool, backend, nowNanos))
                        .toList());
    }
}
