package dev.usher.upkeep;

import dev.usher.config.PoolConfig;
import dev.usher.end.CloseReason;
import dev.usher.event.Event.Kind;
import dev.usher.event.Events;
import dev.usher.pool.AdminState;
import dev.usher.pool.Backend;
import dev.usher.pool.BackendState;
import dev.usher.pool.Pool;
import dev.usher.pool.PoolWatcher;
import dev.usher.workers.OpenSessions;
import java.util.List;

/** Turns reports of pools into events. */
public final class PoolEvents implements PoolWatcher {
    private final Events events;
    private final OpenSessions sessions;

    public PoolEvents(Events events, OpenSessions sessions) {
        this.events = events;
        this.sessions = sessions;
    }

    @Override
    public void onBackend(Pool pool, Backend backend, BackendState before, BackendState after) {
        if (!wasExpected(before, after) && !wasSaid(backend, before)) {
            tell(pool, backend, after);
        }
        if (after == BackendState.DOWN && pool.config().onDown() == PoolConfig.OnDown.CLOSE) {
            sessions.endAllOfSoon(List.of(backend), CloseReason.BACKEND_DOWN);
        }
    }

    private static boolean wasExpected(BackendState before, BackendState after) {
        return before == BackendState.UNPROBED && after == BackendState.UP;
    }

    /** Whether an administrator took the backend out, or back in: such an act has its own event, with the author. */
    private static boolean wasSaid(Backend backend, BackendState before) {
        return backend.adminState() != AdminState.READY
                || before == BackendState.DRAINING
                || before == BackendState.DISABLED;
    }

    private void tell(Pool pool, Backend backend, BackendState after) {
        String subject = Events.subject(pool, backend);
        switch (after) {
            case UP, UNPROBED -> events.add(Kind.BACKEND_UP, subject, "up: " + backend.reason());
            case DOWN -> events.add(Kind.BACKEND_DOWN, subject, "down: " + backend.reason());
            case EJECTED -> events.add(Kind.BACKEND_EJECTED, subject, "ejected: " + backend.reason());
            case DRAINING -> events.add(Kind.BACKEND_DRAINING, subject, "draining: " + backend.reason());
            case DISABLED -> {} // people alone do that
        }
    }

    @Override
    public void onPool(Pool pool, int serving) {
        if (serving == 0) {
            events.add(Kind.POOL_DOWN, "pool " + pool, "no backend is available; clients are refused");
        } else {
            events.add(
                    Kind.POOL_UP,
                    "pool " + pool,
                    serving + " of " + pool.backends().size() + " backends serve");
        }
    }
}
