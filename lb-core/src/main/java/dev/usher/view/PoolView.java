package dev.usher.view;

import dev.usher.config.Balance;
import dev.usher.config.HealthCheckConfig;
import dev.usher.config.HostPort;
import dev.usher.pool.ByName;
import dev.usher.pool.Pool;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A pool.
 *
 * @param serving backends that take new sessions
 * @param backends in the order of the file; a host name stands for one backend per address
 * @param template the address that clients fill in; null if the backends are known
 * @param lookups of a template
 */
public record PoolView(
        String name,
        Balance balance,
        int serving,
        HealthCheckConfig.Type healthCheck,
        List<BackendView> backends,
        @Nullable HostPort template,
        ByName.Figures lookups) {
    public PoolView {
        backends = List.copyOf(backends);
    }

    /** Whether no backend takes sessions. A pool with a template takes any, as far as anybody knows. */
    public boolean isDown() {
        return serving == 0 && template == null;
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
                        .toList(),
                pool.config().template(),
                pool.byName() == null ? ByName.Figures.NONE : pool.byName().figures());
    }
}
