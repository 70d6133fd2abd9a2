package dev.usher;

import dev.usher.config.Units;
import dev.usher.end.CloseReason;
import dev.usher.event.Event.Kind;
import dev.usher.event.Events;
import dev.usher.pool.AdminState;
import dev.usher.pool.Backend;
import dev.usher.pool.BackendOrder;
import dev.usher.pool.BackendState;
import dev.usher.pool.Objection;
import dev.usher.pool.Pool;
import dev.usher.relay.Routing;
import dev.usher.time.Clock;
import dev.usher.workers.OpenSessions;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Orders of administrators about backends and connections, in force until the next restart. Each change is an event
 * with its author.
 */
public final class BackendControl {
    private static final Logger log = LoggerFactory.getLogger(BackendControl.class);

    private final Supplier<Routing> routing;
    private final OpenSessions sessions;
    private final Events events;
    private final Clock clock;
    /** The delayed closing of each backend's sessions. Guarded by this. */
    private final Map<Backend, Closing> closings = new HashMap<>();

    private record Closing(Thread thread, long dueNanos) {}

    BackendControl(Supplier<Routing> routing, OpenSessions sessions, Events events, Clock clock) {
        this.routing = routing;
        this.sessions = sessions;
        this.events = events;
        this.clock = clock;
    }

    /**
     * Sets the administrative state of a backend, until the next restart. Replaces an earlier order, including its
     * delayed closing of sessions. A state that is set already is left alone: the first author stays the reason, and no
     * event is added.
     *
     * @param who the author, shown with the change
     * @param closeAfter time until the remaining sessions of a drained or disabled backend are closed; null for never
     * @throws NoSuchElementException for an unknown pool or backend; the message names the known ones
     */
    public void setAdminState(
            String poolName, String address, AdminState state, String who, @Nullable Duration closeAfter) {
        setAdminState(poolName, address, state, who, closeAfter, Set.of());
    }

    /**
     * Like {@link #setAdminState(String, String, AdminState, String, Duration)}, unless an objection is heeded.
     *
     * @return the heeded objection, after which nothing has changed; null if the order is in force
     */
    public synchronized @Nullable Objection setAdminState(
            String poolName,
            String address,
            AdminState state,
            String who,
            @Nullable Duration closeAfter,
            Set<Objection> heeded) {
        Pool pool = pool(poolName);
        Backend backend = backend(pool, address);
        Duration closing = state == AdminState.READY ? null : closeAfter;
        if (backend.adminState() == state && closing == null && !closings.containsKey(backend)) {
            return null;
        }
        String act = words(state) + " by " + who;
        String said = act
                + (state == AdminState.READY ? stillOut(backend) : "")
                + (closing == null ? "" : "; remaining sessions are closed after " + Units.text(closing));
        Objection objection = pool.roster()
                .setAdminState(
                        backend,
                        state,
                        act,
                        heeded,
                        () -> events.add(Kind.ADMIN, Events.subject(pool, backend), said),
                        clock.nanos());
        if (objection != null) {
            return objection;
        }
        Closing replaced = closings.remove(backend);
        if (replaced != null) {
            replaced.thread().interrupt();
        }
        if (closing != null) {
            closeLater(pool, backend, closing, who);
        }
        return null;
    }

    private void closeLater(Pool pool, Backend backend, Duration time, String who) {
        Thread thread = Thread.ofVirtual()
                .name("close sessions of " + backend)
                .start(() -> closeAfter(pool, backend, time, who));
        closings.put(backend, new Closing(thread, clock.nanos() + time.toNanos()));
    }

    /** The orders in force, for a successor. */
    public synchronized List<BackendOrder> orders() {
        return routing.get().pools().values().stream()
                .flatMap(pool -> pool.backends().stream().map(backend -> order(pool, backend)))
                .filter(order -> order.state() != AdminState.READY || order.weight() != 0)
                .toList();
    }

    private BackendOrder order(Pool pool, Backend backend) {
        Closing closing = closings.get(backend);
        AdminState state = backend.adminState();
        return new BackendOrder(
                pool.name(),
                backend.name(),
                state,
                state == AdminState.READY ? "" : backend.reason(),
                backend.orderedWeight(),
                closing == null ? null : Duration.ofNanos(Math.max(0, closing.dueNanos() - clock.nanos())));
    }

    /** Repeats the orders of an earlier process, with an event for each. */
    public synchronized void repeat(List<BackendOrder> orders) {
        for (BackendOrder order : orders) {
            try {
                Pool pool = pool(order.pool());
                repeat(order, pool, backend(pool, order.backend()));
            } catch (NoSuchElementException gone) {
                events.add(
                        Kind.WARNING,
                        "backend " + order.backend() + " of pool " + order.pool(),
                        "an order of before the upgrade has no backend any more: " + gone.getMessage());
            }
        }
    }

    private void repeat(BackendOrder order, Pool pool, Backend backend) {
        if (order.weight() != 0) {
            pool.roster().setWeight(backend, order.weight(), clock.nanos());
            said(pool, backend, "weight " + order.weight());
        }
        if (order.state() != AdminState.READY) {
            pool.roster().setAdminState(backend, order.state(), order.why(), clock.nanos());
            said(pool, backend, order.why());
        }
        if (order.closeAfter() != null) {
            closeLater(pool, backend, order.closeAfter(), "an order of before the upgrade");
        }
    }

    private void said(Pool pool, Backend backend, String what) {
        events.add(Kind.ADMIN, Events.subject(pool, backend), what + ", as before the upgrade");
    }

    /** The reason why an enabled backend still takes no sessions; empty if the backend serves. */
    private static String stillOut(Backend backend) {
        BackendState health = backend.health();
        return health.serves() ? "" : "; still " + health.word() + ": " + backend.healthReason();
    }

    private static String words(AdminState state) {
        return switch (state) {
            case READY -> "enabled";
            case DRAIN -> "drained";
            case DISABLED -> "disabled";
        };
    }

    private void closeAfter(Pool pool, Backend backend, Duration time, String who) {
        try {
            Thread.sleep(time);
            synchronized (this) {
                Closing now = closings.get(backend);
                if (now == null || !now.thread().equals(Thread.currentThread())) {
                    return; // a later order has replaced this closing
                }
                closings.remove(backend);
            }
            close(pool, backend, who);
        } catch (InterruptedException replaced) {
            // A later order has replaced this closing.
        } catch (IOException e) {
            log.error("{}: some sessions could not be closed: {}", Events.subject(pool, backend), e.getMessage());
        }
    }

    /**
     * Sets a backend's weight until the next restart; the present weight changes nothing, and makes no event. Throws
     * like {@link #setAdminState}.
     *
     * @param weight 1..256; 0 goes back to the configuration's
     * @throws IllegalArgumentException if out of range
     */
    public void setWeight(String poolName, String address, int weight, String who) {
        Pool pool = pool(poolName);
        Backend backend = backend(pool, address);
        int before = backend.weight();
        if (weight != before) {
            pool.roster().setWeight(backend, weight, clock.nanos());
        }
        if (backend.weight() != before) {
            events.add(
                    Kind.ADMIN,
                    Events.subject(pool, backend),
                    "weight " + backend.weight() + (weight == 0 ? ", as configured," : "") + " by " + who);
        }
    }

    /**
     * Ends a connection with a RST.
     *
     * @return false if no open connection has this name
     * @throws IOException if the connection's worker does not answer
     */
    public boolean closeConnection(String cid, String who) throws IOException {
        boolean closed = sessions.end(cid, CloseReason.KILLED);
        if (closed) {
            events.add(Kind.ADMIN, "connection " + cid, "closed by " + who);
        }
        return closed;
    }

    /**
     * Ends every session of a backend with a RST, some at a time. Throws like {@link #setAdminState}.
     *
     * @return the number of sessions ended
     * @throws IOException if a worker does not answer; some sessions may be left
     */
    public int closeSessionsOf(String poolName, String address, String who) throws IOException {
        Pool pool = pool(poolName);
        return close(pool, backend(pool, address), who);
    }

    private int close(Pool pool, Backend backend, String who) throws IOException {
        int closed = sessions.endAllOf(List.of(backend), CloseReason.KILLED);
        events.add(Kind.ADMIN, Events.subject(pool, backend), Units.counted(closed, "session") + " closed by " + who);
        return closed;
    }

    private Pool pool(String name) {
        return pool(routing.get(), name);
    }

    /** A pool by name. Throws {@link NoSuchElementException}, with the names of the known pools. */
    static Pool pool(Routing routing, String name) {
        Map<String, Pool> pools = routing.pools();
        Pool pool = pools.get(name);
        if (pool == null) {
            throw new NoSuchElementException(
                    "no pool \"" + name + "\"; there are " + String.join(", ", pools.keySet()));
        }
        return pool;
    }

    /** A backend by address. Throws {@link NoSuchElementException}, with the names of the known backends. */
    static Backend backend(Pool pool, String name) {
        return pool.backends().stream()
                .filter(backend -> backend.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new NoSuchElementException("no backend \"" + name + "\" in pool " + pool
                        + "; there are "
                        + String.join(
                                ", ",
                                pool.backends().stream().map(Backend::name).toList())));
    }

    /** Cancels the delayed closings. Explicit closes still work. */
    synchronized void stop() {
        closings.values().forEach(closing -> closing.thread().interrupt());
        closings.clear();
    }
}
