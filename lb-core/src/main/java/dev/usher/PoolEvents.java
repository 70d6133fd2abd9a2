package dev.usher;

import dev.usher.Event.Kind;
import dev.usher.config.PoolConfig;
import dev.usher.pool.Backend;
import dev.usher.pool.BackendState;
import dev.usher.pool.Pool;
import dev.usher.pool.PoolWatcher;
import dev.usher.relay.CloseReason;
import java.util.List;

/** Turns what pools tell into events. */
final class PoolEvents implements PoolWatcher {
    private final Events events;
    private final OpenSessions sessions;

    PoolEvents(Events events, OpenSessions sessions) {
        this.events = events;
        this.sessions = sessions;
    }

    @Override
    public void onBackend(Pool pool, Backend backend, BackendState before, BackendState after) {
        if (before == BackendState.UNPROBED && after == BackendState.UP) {
            return; // as was expected
        }
        String subject = "backend " + backend + " of pool " + pool;
        switch (after) {
            case UP, UNPROBED -> events.add(Kind.BACKEND_UP, subject, "up: " + backend.reason());
            case DOWN -> events.add(Kind.BACKEND_DOWN, subject, "down: " + backend.reason());
            case EJECTED -> events.add(Kind.BACKEND_EJECTED, subject, "ejected: " + backend.reason());
            case DRAINING -> events.add(Kind.BACKEND_DRAINING, subject, "draining: " + backend.reason());
            case DISABLED -> events.add(Kind.BACKEND_DISABLED, subject, "disabled: " + backend.reason());
        }
        if (after == BackendState.DOWN && pool.config().onDown() == PoolConfig.OnDown.CLOSE) {
            sessions.endAllOfSoon(List.of(backend), CloseReason.BACKEND_DOWN);
        }
    }

    @Override
    public void onPool(Pool pool, int serving) {
        if (serving == 0) {
            events.add(Kind.POOL_DOWN, "pool " + pool, "no backend takes sessions; clients are refused");
        } else {
            events.add(
                    Kind.POOL_UP,
                    "pool " + pool,
                    serving + " of " + pool.backends().size() + " backends serve");
        }
    }
}
