package dev.usher.pool;

import dev.usher.config.EjectionConfig;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A pool as workers see it, until the next change by its {@link Roster}.
 *
 * @param backends in the order of the configuration, whether they serve or not
 * @param count backends that serve
 * @param primary of backends that serve first
 * @param backup of backends that serve only while no primary can
 * @param outdone of addresses that {@link Roster siblings outdo}: for sessions that no other backend can take
 */
record Serving(List<Backend> backends, int count, Balancer primary, Balancer backup, Balancer outdone) {
    /** Of a pool without backends. */
    static final Serving NONE =
            new Serving(List.of(), 0, new First(List.of()), new First(List.of()), new First(List.of()));

    /** The same backends, until the roster of the next configuration has made balancers. */
    Serving withoutBalancers() {
        return new Serving(backends, count, NONE.primary, NONE.backup, NONE.outdone);
    }

    /** The backend for a session, by {@link Balancer#pick}. */
    @Nullable
    Backend choose(long clientHash, List<Backend> tried) {
        Backend chosen = primary.pick(clientHash, tried);
        if (chosen == null) {
            chosen = backup.pick(clientHash, tried);
        }
        return chosen == null ? outdone.pick(clientHash, tried) : chosen;
    }

    /**
     * The number of backends that may be ejected: the configured part of all, and never the last serving backend,
     * unless the part is 100 %. Backends that are down or taken out by operators are no substitute.
     */
    int spare(EjectionConfig config) {
        int percent = config.maxEjectedPercent();
        int part = backends.size() * percent / 100;
        return percent == 100 ? part : Math.min(part, servingOrEjected() - 1);
    }

    private int servingOrEjected() {
        int serving = 0;
        for (Backend backend : backends) {
            if (backend.state().serves() || backend.ejection().isEjected()) {
                serving++;
            }
        }
        return serving;
    }
}
