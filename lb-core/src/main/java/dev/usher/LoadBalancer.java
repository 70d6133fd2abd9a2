package dev.usher;

import dev.usher.Event.Kind;
import dev.usher.config.ReloadConfig.OnRemovedBackend;
import dev.usher.config.UsherConfig;
import dev.usher.end.CloseReason;
import dev.usher.loop.Worker;
import dev.usher.metrics.MetricsSnapshot;
import dev.usher.metrics.MetricsSnapshot.ListenerSnapshot;
import dev.usher.metrics.MetricsSnapshot.PoolSnapshot;
import dev.usher.metrics.Totals;
import dev.usher.opening.Openings;
import dev.usher.pool.AdminState;
import dev.usher.pool.Backend;
import dev.usher.pool.Pool;
import dev.usher.probe.TlsWarmUp;
import dev.usher.relay.ClientLimits;
import dev.usher.relay.ListenerCounts;
import dev.usher.relay.OwnConnections;
import dev.usher.relay.Routing;
import dev.usher.relay.SessionLog;
import dev.usher.relay.WorkerSessions;
import dev.usher.route.RouteQuery;
import dev.usher.time.Clock;
import dev.usher.view.BackendView;
import dev.usher.view.CoalescingHazard;
import dev.usher.view.ConnectionView;
import dev.usher.view.ConnectionsView;
import dev.usher.view.Explanation;
import dev.usher.view.FailingName;
import dev.usher.view.LimitHit;
import dev.usher.view.LoopDelay;
import dev.usher.view.NameCount;
import dev.usher.view.PoolView;
import dev.usher.view.TopNames;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.spi.SelectorProvider;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The data plane as a whole: workers, listening sockets and shared state. Methods may be called from any thread but a
 * worker's.
 */
public final class LoadBalancer implements AutoCloseable {
    /** How often a drain looks whether the last session is gone. */
    private static final long DRAIN_POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private static final Logger log = LoggerFactory.getLogger(LoadBalancer.class);

    /**
     * The environment of a load balancer.
     *
     * @param provider makes selectors and channels
     * @param log is told of every ended session
     * @param maxSessions upper bound of connections, from the limit of descriptors, two for each connection. At the
     * bound accepting pauses, whatever the configuration says: a connection without a descriptor for its backend could
     * only be refused
     * @param besideAnother whether another process of this user still listens on the same addresses
     * @param background collects failures of tasks
     */
    public record Environment(
            SelectorProvider provider,
            Clock clock,
            SessionLog log,
            int maxSessions,
            boolean besideAnother,
            Background background) {
        /** An environment with background tasks of its own. */
        public Environment(SelectorProvider provider, Clock clock, SessionLog log, int maxSessions) {
            this(provider, clock, log, maxSessions, false, new Background(clock));
        }

        /** The machine's own network and clock. */
        public static Environment of(SessionLog log, int maxSessions) {
            return of(log, maxSessions, new Background(Clock.SYSTEM));
        }

        /** The machine's own network and clock. */
        public static Environment of(SessionLog log, int maxSessions, Background background) {
            return new Environment(SelectorProvider.provider(), Clock.SYSTEM, log, maxSessions, false, background);
        }

        /** The same environment, for a process that replaces another; the other listens until this process does. */
        public Environment beside() {
            return new Environment(provider, clock, log, maxSessions, true, background);
        }
    }

    private final Environment environment;
    private final Workers workers = new Workers();
    private final Listening listening;
    private final Pools pools;
    private final Keeper keeper;
    private final Events events;
    private final Certificates certificates;
    private final WorkerSessions.Shared shared;
    private final OpenSessions sessions;
    private final BackendControl control;
    private final LoopDelays loopDelays;
    private final LimitWatch limits;
    private final BackendNames names;
    private final TrafficWatch traffic;
    /** The budget given to the workers; a change of the configuration needs a restart. */
    private final long heldBytesMax;

    private volatile boolean draining;
    private volatile boolean listenersClosed;
    private volatile Routing routing;
    private boolean closed;

    private LoadBalancer(UsherConfig config, Environment environment) throws IOException {
        this.environment = environment;
        this.events = new Events(environment.clock());
        this.certificates = new Certificates(this::routing, events);
        this.traffic = new TrafficWatch(events);
        this.names = new BackendNames(InetAddress::getAllByName, events);
        this.routing = Routing.of(config, Map.of());
        this.shared = new WorkerSessions.Shared(
                runName(),
                new AtomicInteger(),
                environment.maxSessions(),
                new ClientLimits(environment.clock()),
                new OwnConnections(),
                Openings.BY_TYPE);
        this.heldBytesMax = config.limits().heldBytes();
        int count = workerCount(config);
        for (int i = 0; i < count; i++) {
            Worker worker =
                    new Worker("worker-" + i, environment.provider(), environment.clock(), heldBytesMax / count);
            workers.add(worker, new WorkerSessions(i, count, worker, () -> routing, environment.log(), shared));
        }
        this.listening = new Listening(environment.provider(), workers, environment.besideAnother());
        this.sessions = new OpenSessions(workers, shared, environment.clock());
        this.control = new BackendControl(this::routing, sessions, events, environment.clock());
        this.loopDelays = new LoopDelays(workers, environment.clock());
        this.limits = new LimitWatch(events, environment.clock());
        this.keeper = new Keeper(environment.clock(), () -> routing.pools().values(), this::lookEverySecond);
        this.pools = new Pools(
                count,
                environment.clock(),
                new PoolEvents(events, sessions),
                keeper::wake,
                names,
                this::onRemoved,
                certificates::onSeen);
    }

    private void lookEverySecond() {
        limits.look(listening.states(), routing().pools().values());
        traffic.look(routing().pools().values());
        environment.background().look(events);
        events.look();
    }

    /** Opens, and accepts at once: connections are served from the return on. Otherwise like {@link #open}. */
    public static LoadBalancer start(UsherConfig config, Environment environment) throws IOException {
        LoadBalancer started = open(config, environment);
        started.accept();
        return started;
    }

    /**
     * Resolves and binds. Connections queue up in the kernel until {@link #accept}.
     *
     * @throws IOException if listening on an address fails; the message names the address, and nothing is left open
     */
    public static LoadBalancer open(UsherConfig config, Environment environment) throws IOException {
        TlsWarmUp warmUp = TlsWarmUp.begin(config.pools().values());
        LoadBalancer opened = new LoadBalancer(config, environment);
        try {
            opened.workers.start();
            opened.keeper.start();
            Pools.Prepared prepared = opened.swapIn(config);
            warmUp.await();
            opened.pools.commit(prepared);
            return opened;
        } catch (IOException | RuntimeException e) {
            opened.close();
            throw e;
        }
    }

    /**
     * Begins to accept, and to probe. Separate from {@link #open}, so that the caller can report the addresses before
     * the first connection logs a line, and thousands of first probes do not delay clients.
     */
    public synchronized void accept() {
        listening.follow(config().listeners());
        pools.probe();
    }

    /**
     * Replaces the configuration in a single step. Listeners, pools and backends of both configurations keep their
     * sockets, verdicts, counters and sessions. A session with a pool goes on with the pool. A session still waiting
     * for the hello is routed by the configuration in force once the hello is whole.
     *
     * @throws IOException if listening on a new address fails, or the load balancer is draining. Then nothing has
     * changed, except for an old address that had to give way to a new address and was lost, which is logged as an
     * error
     */
    public synchronized void apply(UsherConfig next) throws IOException {
        if (draining) {
            throw new IOException("usher is shutting down and accepts no new configuration");
        }
        Pools.Prepared prepared = swapIn(next);
        listening.follow(next.listeners());
        pools.commit(prepared);
        pools.probe();
    }

    /** Reads the files of probes again; file contents may change under the same {@link #config}. */
    public void readFilesAgain() {
        pools.readFilesAgain();
    }

    /**
     * The first step can fail, and then leaves everything unchanged; the later steps, and the callers' steps after
     * this, cannot fail.
     */
    private Pools.Prepared swapIn(UsherConfig next) throws IOException {
        listening.openNew(next.listeners());
        Pools.Prepared prepared = pools.prepare(next.pools().values());
        listening.closeOld(next.listeners());
        routing = Routing.of(next, prepared.pools());
        return prepared;
    }

    /** Explains the routing of a hello under a configuration, with the state of backends unknown. */
    public static Explanation explain(UsherConfig config, RouteQuery asked) {
        return Explainer.explain(config, asked);
    }

    /** Explains the routing of a hello now. */
    public Explanation explain(RouteQuery asked) {
        return Explainer.explain(routing, asked, environment.clock().nanos());
    }

    /** The configuration in force. */
    public UsherConfig config() {
        return routing.config();
    }

    /** Addresses of each listener, with the ports chosen by the system for port 0. */
    public Map<String, List<InetSocketAddress>> addresses() {
        return listening.addresses();
    }

    /** Connections open now, on both kinds of listeners. */
    public int openSessions() {
        return shared.openSessions().get();
    }

    /** A random name for this process, so that names of sessions are unique across restarts and machines. */
    private static String runName() {
        return Long.toString(ThreadLocalRandom.current().nextLong(1L << 40), 32) + "-";
    }

    /** How many workers a configuration asks for; the environment's log is told of sessions on as many. */
    public static int workerCount(UsherConfig config) {
        return config.workers() == UsherConfig.ONE_WORKER_PER_CORE
                ? Runtime.getRuntime().availableProcessors()
                : config.workers();
    }

    // ---- backends ----

    /**
     * Sets the administrative state of a backend, until the next restart. Replaces an earlier order, including its
     * delayed closing of sessions.
     *
     * @param who the author, shown with the change
     * @param closeAfter time until the remaining sessions of a drained or disabled backend are closed; null for never
     * @throws NoSuchElementException for an unknown pool or backend; the message names the known ones
     */
    public void setAdminState(
            String pool, String backend, AdminState state, String who, @Nullable Duration closeAfter) {
        control.setAdminState(pool, backend, state, who, closeAfter);
    }

    /**
     * Sets a backend's weight until the next restart. Throws like {@link #setAdminState}.
     *
     * @param weight 1..256; 0 goes back to the configuration's
     * @throws IllegalArgumentException if out of range
     */
    public void setWeight(String pool, String backend, int weight, String who) {
        control.setWeight(pool, backend, weight, who);
    }

    /**
     * Ends every session of a backend with a RST, some at a time. Throws like {@link #setAdminState}.
     *
     * @return the number of sessions ended
     * @throws IOException if a worker does not answer; some sessions may be left
     */
    public int closeSessionsOf(String pool, String backend, String who) throws IOException {
        return control.closeAllOf(pool, backend, who);
    }

    /**
     * Ends a connection with a RST.
     *
     * @return false if no open connection has this name
     * @throws IOException if the connection's worker does not answer
     */
    public boolean closeConnection(String cid, String who) throws IOException {
        return control.close(cid, who);
    }

    private void onRemoved(Pool pool, List<Backend> gone) {
        if (routing.config().reload().onRemovedBackend() == OnRemovedBackend.CLOSE) {
            sessions.endAllOfSoon(gone, CloseReason.BACKEND_REMOVED);
        }
    }

    // ---- looking ----

    /** Every counter so far, merged over the workers. */
    public MetricsSnapshot snapshot() {
        return Snapshots.of(listening.states(), routing.pools(), workers, heldBytesMax);
    }

    /** The counters of one pool so far, merged over the workers; null if the pool is unknown. */
    public @Nullable PoolSnapshot snapshot(String pool) {
        Pool found = routing.pools().get(pool);
        return found == null ? null : Snapshots.of(found);
    }

    /** The counters of each listener in force, by name, in the order of the configuration. */
    public Map<String, ListenerSnapshot> listeners() {
        Map<String, ListenerSnapshot> counted = new LinkedHashMap<>();
        for (String name : routing.config().listeners().keySet()) {
            ListenerCounts state = listening.states().get(name);
            if (state != null) { // it is there in a moment
                counted.put(name, Snapshots.of(state));
            }
        }
        return counted;
    }

    /** Sums of the counters so far. Cheap however many pools exist: suitable for once a second. */
    public Totals totals() {
        return Snapshots.totals(listening.states(), routing.pools(), workers);
    }

    /** Every pool with its backends, in their present state. */
    public List<PoolView> pools() {
        long now = environment.clock().nanos();
        return routing.pools().values().stream()
                .map(pool -> PoolView.of(pool, now))
                .toList();
    }

    /** A pool with its backends, in their present state. Throws like {@link #setAdminState}. */
    public PoolView pool(String name) {
        return PoolView.of(control.pool(name), environment.clock().nanos());
    }

    /** A backend in its present state. Throws like {@link #setAdminState}. */
    public BackendView backend(String pool, String address) {
        Pool found = control.pool(pool);
        return BackendView.of(
                found,
                BackendControl.backend(found, address),
                environment.clock().nanos());
    }

    /**
     * Lists open connections. Workers take short steps, so no session waits for the list, whatever its length.
     *
     * @param wanted filter for open connections, called on the caller's thread
     * @param limit the most connections to list: the newest that match
     * @throws IOException if a worker does not answer
     */
    public ConnectionsView connections(Predicate<ConnectionView> wanted, int limit) throws IOException {
        return sessions.list(wanted, limit);
    }

    /**
     * The server names most asked for by clients, with and without a route.
     *
     * @param wanted filter for remembered names
     * @param limit the most names to list
     * @throws IOException if a worker does not answer
     */
    public TopNames names(Predicate<NameCount> wanted, int limit) throws IOException {
        return Names.top(workers, environment.clock(), wanted, limit);
    }

    /**
     * The time a task waits for each worker, by the worker's index. Measured now: waits up to a second for a stuck
     * worker.
     */
    public List<LoopDelay> loopDelays() {
        return loopDelays.measure();
    }

    /** The limits being hit, or hit within the last minute. */
    public List<LimitHit> limitsHit() {
        return limits.hits();
    }

    /** Host names of backends without an address, each with the time of the first failure. */
    public List<FailingName> failingNames() {
        return names.failing();
    }

    /** The tasks in the background, to add a task or to show failures. */
    public Background background() {
        return environment.background();
    }

    /** The last events, oldest first. */
    public List<Event> events() {
        return events.all();
    }

    /** The sequence of the last event; 0 before the first. Costs nothing. */
    public long lastEvent() {
        return events.last();
    }

    /**
     * Names that browsers may send to the wrong pool, by the certificates seen by probes.
     *
     * @param most upper bound of the list: a wildcard certificate on every backend makes a hazard for each pair of
     * backend and route
     */
    public List<CoalescingHazard> coalescingHazards(int most) {
        return certificates.hazards(most);
    }

    /** Adds an event from outside the data plane, with its line in the log. */
    public void report(Kind kind, String subject, String text) {
        events.add(kind, subject, text);
    }

    // ---- ending ----

    /**
     * Announces the drain: from now on not ready for new clients, while clients are still served. The configuration
     * stays.
     */
    public synchronized void beginDraining() {
        draining = true;
    }

    /** True exactly from {@link #beginDraining}, or {@link #drain}, on. */
    public boolean draining() {
        return draining;
    }

    /** True while the listeners are open, also after {@link #beginDraining}. */
    public boolean listens() {
        return !listenersClosed;
    }

    /**
     * Stops listening, lets open sessions finish, and resets the rest when the time is over. Connections queued in the
     * kernel are still taken.
     *
     * @return number of sessions cut
     */
    public int drain(Duration patience) {
        beginDraining();
        listening.closeOld(Map.of());
        listenersClosed = true;
        long deadline = environment.clock().nanos() + patience.toNanos();
        while (shared.openSessions().get() > 0 && environment.clock().nanos() - deadline < 0) {
            LockSupport.parkNanos(DRAIN_POLL_NANOS);
        }
        int cut = shared.openSessions().get();
        try {
            workers.onEach(relay -> relay.endAll(CloseReason.SHUTDOWN));
        } catch (IOException e) {
            log.error("sessions stay open until the process ends: {}", e.getMessage());
        }
        return cut;
    }

    /** Ends at once, with a RST to every open session. After {@link #drain} no session is left to reset. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        pools.close();
        keeper.close();
        control.close();
        drain(Duration.ZERO);
        workers.stop();
        events.close();
    }

    private Routing routing() {
        return routing;
    }
}
