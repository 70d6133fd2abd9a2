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
 * The data plane as a whole: its workers, what they listen on and what they share. Its methods may be called from any
 * thread but a worker's.
 */
public final class LoadBalancer implements AutoCloseable {
    /** How often a drain looks whether the last session is gone. */
    private static final long DRAIN_POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private static final Logger log = LoggerFactory.getLogger(LoadBalancer.class);

    /**
     * What a load balancer runs on.
     *
     * @param provider of selectors and channels
     * @param log is told of every ended session
     * @param maxSessions the most connections that there are descriptors for, two each; above them accepting pauses,
     *     whatever the configuration says: a connection without a descriptor for its backend could only be refused
     * @param besideAnother whether another process of this user still listens where this one is about to
     * @param background is where tasks say that they fail
     */
    public record Environment(
            SelectorProvider provider,
            Clock clock,
            SessionLog log,
            int maxSessions,
            boolean besideAnother,
            Background background) {
        /** One whose tasks in the background are nobody else's. */
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

        /** The same, for one that takes the place of another, which listens until this one does. */
        public Environment beside() {
            return new Environment(provider, clock, log, maxSessions, true, background);
        }
    }

    private final Environment environment;
    private final Workers workers = new Workers();
    private final Listening listening;
    private final Pools pools;
    private final Events events;
    private final Certificates certificates;
    private final WorkerSessions.Shared shared;
    private final OpenSessions sessions;
    private final BackendControl control;
    private final LoopDelays loopDelays;
    private final LimitWatch limits;
    private final BackendNames names;
    private final TrafficWatch traffic;
    /** As the workers were given it; a change of the configuration needs a restart. */
    private final long heldBytesMax;

    private volatile boolean draining;
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
        this.pools = new Pools(
                count,
                environment.clock(),
                new PoolEvents(events, sessions),
                names,
                this::onRemoved,
                certificates::onSeen,
                this::lookEverySecond);
    }

    private void lookEverySecond() {
        limits.look(listening.states(), routing().pools().values());
        traffic.look(routing().pools().values());
        environment.background().look(events);
        events.look();
    }

    /** Opens, and accepts at once: when it returns, connections are served. Otherwise as {@link #open}. */
    public static LoadBalancer start(UsherConfig config, Environment environment) throws IOException {
        LoadBalancer started = open(config, environment);
        started.accept();
        return started;
    }

    /**
     * Resolves and binds. Connections queue up in the kernel until {@link #accept}.
     *
     * @throws IOException if an address cannot be listened on; the message names it, and nothing is left open
     */
    public static LoadBalancer open(UsherConfig config, Environment environment) throws IOException {
        TlsWarmUp warmUp = TlsWarmUp.begin(config.pools().values());
        LoadBalancer opened = new LoadBalancer(config, environment);
        try {
            opened.workers.start();
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
     * Begins to accept, and to probe. So who opens can say where it listens before the first connection has something to say;
     * and thousands of first probes do not compete with what clients wait for.
     */
    public synchronized void accept() {
        listening.follow(config().listeners());
        pools.probe();
    }

    /**
     * Replaces the configuration in one step. Listeners, pools and backends that stay keep their sockets, verdicts,
     * counters and sessions. A session that has its pool goes on with it; one that waits for its hello is decided by
     * what is in force when the hello is whole.
     *
     * @throws IOException if a new address cannot be listened on, or the load balancer is draining; then nothing has
     *     changed, unless an old address had to give way to a new one, and was lost: the log has that as an error
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

    /** Reads the files of probes again: they may say something else though {@link #config} is the same. */
    public void readFilesAgain() {
        pools.readFilesAgain();
    }

    /** The first step can fail, and leaves all as it was; the others, and those that the callers take, cannot. */
    private Pools.Prepared swapIn(UsherConfig next) throws IOException {
        listening.openNew(next.listeners());
        Pools.Prepared prepared = pools.prepare(next.pools().values());
        listening.closeOld(next.listeners());
        routing = Routing.of(next, prepared.pools());
        return prepared;
    }

    /** Says what becomes of a hello under a configuration, and why. What its backends do nobody knows there. */
    public static Explanation explain(UsherConfig config, RouteQuery asked) {
        return Explainer.explain(config, asked);
    }

    /** Says what becomes of a hello now, and why. */
    public Explanation explain(RouteQuery asked) {
        return Explainer.explain(routing, asked, environment.clock().nanos());
    }

    /** The configuration that is in force. */
    public UsherConfig config() {
        return routing.config();
    }

    /** Where each listener listens, with the ports that the system chose where port 0 was asked for. */
    public Map<String, List<InetSocketAddress>> addresses() {
        return listening.addresses();
    }

    /** Connections open now, on both kinds of listeners. */
    public int openSessions() {
        return shared.openSessions().get();
    }

    /** Unlike that of any other process, so that names of sessions are unique across restarts and machines. */
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
     * Says what people want of a backend, until the next restart. What was said before is over, its closing too.
     *
     * @param who is shown with the change
     * @param closeAfter when sessions that are left on a backend that is drained or disabled are closed; null for never
     * @throws NoSuchElementException if there is no such pool or backend; the message names those that there are
     */
    public void setAdminState(
            String pool, String backend, AdminState state, String who, @Nullable Duration closeAfter) {
        control.setAdminState(pool, backend, state, who, closeAfter);
    }

    /**
     * Sets a backend's share until the next restart. Throws as {@link #setAdminState}.
     *
     * @param weight 1..256; 0 goes back to the configuration's
     * @throws IllegalArgumentException if it is neither
     */
    public void setWeight(String pool, String backend, int weight, String who) {
        control.setWeight(pool, backend, weight, who);
    }

    /**
     * Ends all sessions of a backend with a RST, some at a time. Throws as {@link #setAdminState}.
     *
     * @return how many
     * @throws IOException if a worker does not answer; some may be left
     */
    public int closeSessionsOf(String pool, String backend, String who) throws IOException {
        return control.closeAllOf(pool, backend, who);
    }

    /**
     * Ends one connection with a RST.
     *
     * @return false if none of this name is open
     * @throws IOException if its worker does not answer
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

    /** What was counted so far, merged over the workers. */
    public MetricsSnapshot snapshot() {
        return Snapshots.of(listening.states(), routing.pools(), workers, heldBytesMax);
    }

    /** What was counted of one pool so far, merged over the workers; null if there is none of this name. */
    public @Nullable PoolSnapshot snapshot(String pool) {
        Pool found = routing.pools().get(pool);
        return found == null ? null : Snapshots.of(found);
    }

    /** What was counted of each listener in force, by its name, in the order of the configuration. */
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

    /** The sums of what was counted so far. Costs little however many pools there are: good for once a second. */
    public Totals totals() {
        return Snapshots.totals(listening.states(), routing.pools(), workers);
    }

    /** Every pool with its backends, as they are now. */
    public List<PoolView> pools() {
        long now = environment.clock().nanos();
        return routing.pools().values().stream()
                .map(pool -> PoolView.of(pool, now))
                .toList();
    }

    /** One pool with its backends, as they are now. Throws as {@link #setAdminState}. */
    public PoolView pool(String name) {
        return PoolView.of(control.pool(name), environment.clock().nanos());
    }

    /** One backend, as it is now. Throws as {@link #setAdminState}. */
    public BackendView backend(String pool, String address) {
        Pool found = control.pool(pool);
        return BackendView.of(
                found,
                BackendControl.backend(found, address),
                environment.clock().nanos());
    }

    /**
     * Lists open connections. Workers do it in short steps: however many there are, no session waits for it.
     *
     * @param wanted is asked of each that is open, on the caller's thread
     * @param limit the most to list: of those that are wanted, the newest
     * @throws IOException if a worker does not answer
     */
    public ConnectionsView connections(Predicate<ConnectionView> wanted, int limit) throws IOException {
        return sessions.list(wanted, limit);
    }

    /**
     * The server names that clients ask for most, with and without a route.
     *
     * @param wanted is asked of each that is remembered
     * @param limit the most to list
     * @throws IOException if a worker does not answer
     */
    public TopNames names(Predicate<NameCount> wanted, int limit) throws IOException {
        return Names.top(workers, environment.clock(), wanted, limit);
    }

    /** How long a task waits for each worker, by its index. Measured now: waits a second for a worker that is stuck. */
    public List<LoopDelay> loopDelays() {
        return loopDelays.measure();
    }

    /** The limits that are being hit, or were within the last minute. */
    public List<LimitHit> limitsHit() {
        return limits.hits();
    }

    /** Host names of backends that do not resolve, with since when. */
    public List<FailingName> failingNames() {
        return names.failing();
    }

    /** The tasks in the background, for those who have one and those who show them. */
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
     * Names that browsers may send to the wrong pool, by the certificates that probes have seen.
     *
     * @param most to list: one wildcard certificate on all backends makes as many as there are backends times routes
     */
    public List<CoalescingHazard> coalescingHazards(int most) {
        return certificates.hazards(most);
    }

    /** Adds an event that did not happen in here, and its line to the log. */
    public void report(Kind kind, String subject, String text) {
        events.add(kind, subject, text);
    }

    // ---- ending ----

    /**
     * Says that it will be drained: from now on it is not ready for new clients, though it still serves them, and keeps
     * the configuration that it has.
     */
    public synchronized void beginDraining() {
        draining = true;
    }

    /** True exactly from {@link #beginDraining}, or {@link #drain}, on. */
    public boolean draining() {
        return draining;
    }

    /**
     * Stops to listen, lets open sessions finish, and resets what is left when the time is over. Connections that the
     * kernel has queued are still taken.
     *
     * @return sessions that were cut
     */
    public int drain(Duration patience) {
        beginDraining();
        listening.closeOld(Map.of());
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

    /** Ends at once: what is open is reset. After {@link #drain} there is nothing to reset. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        pools.close();
        control.close();
        drain(Duration.ZERO);
        workers.stop();
        events.close();
    }

    private Routing routing() {
        return routing;
    }
}
