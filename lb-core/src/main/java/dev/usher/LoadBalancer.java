package dev.usher;

import dev.usher.Event.Kind;
import dev.usher.config.PoolConfig;
import dev.usher.config.ReloadConfig.OnRemovedBackend;
import dev.usher.config.UsherConfig;
import dev.usher.loop.Worker;
import dev.usher.metrics.Latency;
import dev.usher.metrics.MetricsSnapshot;
import dev.usher.metrics.MetricsSnapshot.BackendSnapshot;
import dev.usher.metrics.MetricsSnapshot.ListenerSnapshot;
import dev.usher.metrics.MetricsSnapshot.PoolSnapshot;
import dev.usher.metrics.MetricsSnapshot.WorkerSnapshot;
import dev.usher.metrics.PoolLatencies;
import dev.usher.pool.AdminState;
import dev.usher.pool.Backend;
import dev.usher.pool.BackendState;
import dev.usher.pool.Pool;
import dev.usher.pool.PoolWatcher;
import dev.usher.relay.ClientLimits;
import dev.usher.relay.CloseReason;
import dev.usher.relay.ListenerMetrics;
import dev.usher.relay.ListenerState;
import dev.usher.relay.Relay;
import dev.usher.relay.Routing;
import dev.usher.relay.SessionLog;
import dev.usher.route.Asked;
import dev.usher.route.Decision;
import dev.usher.time.Clock;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.spi.SelectorProvider;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The data plane as a whole: its workers, what they listen on and what they share. Its methods may be called from any
 * thread but a worker's.
 */
public final class LoadBalancer implements AutoCloseable {
    /**
     * The most that sessions may keep in buffers, over all workers: for peers that do not read, and hellos that are not
     * whole. A bulk download that stalls keeps up to 256 KiB while less than a quarter of this is in use, and 16 KiB from
     * then on; when all is in use, nothing more is read for peers that might not take it.
     */
    private static final long MAX_HELD_BYTES = 256L * 1024 * 1024;
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
     */
    public record Environment(SelectorProvider provider, Clock clock, SessionLog log, int maxSessions) {
        /** The machine's own network and clock. */
        public static Environment of(SessionLog log, int maxSessions) {
            return new Environment(SelectorProvider.provider(), Clock.SYSTEM, log, maxSessions);
        }
    }

    private final Environment environment;
    private final Workers workers = new Workers();
    private final Listening listening;
    private final Pools pools;
    private final Events events = new Events();
    private final Certificates certificates = new Certificates(() -> routing(), events);
    private final Relay.Shared shared;
    private volatile Routing routing;
    private boolean closed;

    private LoadBalancer(UsherConfig config, Environment environment) throws IOException {
        this.environment = environment;
        this.routing = Routing.of(config, Map.of());
        this.shared = new Relay.Shared(
                runName(), new AtomicInteger(), environment.maxSessions(), new ClientLimits(environment.clock()));
        int count = workerCount(config);
        for (int i = 0; i < count; i++) {
            Worker worker =
                    new Worker("worker-" + i, environment.provider(), environment.clock(), MAX_HELD_BYTES / count);
            workers.add(worker, new Relay(i, count, worker, () -> routing, environment.log(), shared));
        }
        this.listening = new Listening(environment.provider(), workers);
        this.pools = new Pools(count, environment.clock(), new PoolEvents(), this::onRemoved, certificates::onSeen);
    }

    /**
     * Resolves, binds and starts. When it returns, connections are served.
     *
     * @throws IOException if an address cannot be listened on; the message names it, and nothing is left open
     */
    public static LoadBalancer start(UsherConfig config, Environment environment) throws IOException {
        LoadBalancer started = new LoadBalancer(config, environment);
        try {
            started.workers.start();
            started.putIntoForce(config);
            return started;
        } catch (IOException | RuntimeException e) {
            started.close();
            throw e;
        }
    }

    /**
     * Replaces the configuration in one step. Listeners, pools and backends that stay keep their sockets, verdicts,
     * counters and sessions. A session that has its pool goes on with it; one that waits for its hello is decided by
     * what is in force when the hello is whole.
     *
     * @throws IOException if a new address cannot be listened on; then nothing has changed
     */
    public synchronized void apply(UsherConfig next) throws IOException {
        if (closed) {
            throw new IOException("the load balancer is closed");
        }
        putIntoForce(next);
    }

    private void putIntoForce(UsherConfig next) throws IOException {
        listening.openNew(next.listeners());
        Pools.Prepared prepared = pools.prepare(next.pools().values());
        listening.closeOld(next.listeners());
        routing = Routing.of(next, prepared.pools());
        listening.follow(next.listeners());
        pools.commit(prepared);
    }

    /** Says what becomes of a hello under a configuration, and why. */
    public static Explanation explain(UsherConfig config, Asked asked) {
        Map<String, Pool> pools = new LinkedHashMap<>();
        config.pools().forEach((name, pool) -> pools.put(name, new Pool(pool, 1, PoolWatcher.NONE, () -> {})));
        return explain(Routing.of(config, pools), asked);
    }

    /** Says what becomes of a hello now, and why. */
    public Explanation explain(Asked asked) {
        return explain(routing, asked);
    }

    private static Explanation explain(Routing routing, Asked asked) {
        List<String> steps = new ArrayList<>();
        Decision decision = routing.routes().decide(asked, step -> steps.add(step.get()));
        return new Explanation(decision, List.copyOf(steps));
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
     * Says what people want of a backend, until the next restart.
     *
     * @param who is shown with the change
     * @throws NoSuchElementException if there is no such pool or backend; the message names those that there are
     */
    public void setAdminState(String pool, String backend, AdminState state, String who) {
        Pool of = pool(pool);
        of.setAdminState(backend(of, backend), state, who, environment.clock().nanos());
    }

    /** Sets a backend's share until the next restart; 0 goes back to the configuration's. Throws as {@link #setAdminState}. */
    public void setWeight(String pool, String backend, int weight) {
        Pool of = pool(pool);
        of.setWeight(backend(of, backend), weight, environment.clock().nanos());
    }

    /** Ends all sessions of a backend with a RST. Throws as {@link #setAdminState}. */
    public void closeSessionsOf(String pool, String backend) {
        List<Backend> ended = List.of(backend(pool(pool), backend));
        workers.tell(relay -> relay.endAllOf(ended, CloseReason.KILLED));
    }

    private Pool pool(String name) {
        Pool pool = routing.pools().get(name);
        if (pool == null) {
            throw new NoSuchElementException("no pool \"" + name + "\"; there are "
                    + String.join(", ", routing.pools().keySet()));
        }
        return pool;
    }

    private static Backend backend(Pool pool, String name) {
        return pool.backends().stream()
                .filter(backend -> backend.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new NoSuchElementException(
                        "no backend \"" + name + "\" in pool " + pool + "; there are " + pool.backends()));
    }

    private void onRemoved(Pool pool, List<Backend> gone) {
        if (routing.config().reload().onRemovedBackend() == OnRemovedBackend.CLOSE) {
            workers.tell(relay -> relay.endAllOf(gone, CloseReason.BACKEND_REMOVED));
        }
    }

    /** Turns what pools tell into events. */
    private final class PoolEvents implements PoolWatcher {
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
                workers.tell(relay -> relay.endAllOf(List.of(backend), CloseReason.BACKEND_DOWN));
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

    // ---- looking ----

    /** What was counted so far, merged over the workers. */
    public MetricsSnapshot snapshot() {
        Map<String, ListenerSnapshot> listenerSnapshots = new LinkedHashMap<>();
        listening.states().forEach((name, state) -> listenerSnapshots.put(name, snapshot(state)));
        Map<String, PoolSnapshot> poolSnapshots = new LinkedHashMap<>();
        routing.pools().forEach((name, pool) -> poolSnapshots.put(name, snapshot(pool)));
        List<WorkerSnapshot> workerSnapshots = new ArrayList<>();
        for (int i = 0; i < workers.count(); i++) {
            Worker worker = workers.worker(i);
            Relay relay = workers.relay(i);
            workerSnapshots.add(new WorkerSnapshot(
                    worker.turns().get(),
                    worker.buffers().heldBytes().get(),
                    relay.sessions().get(),
                    relay.acceptPauses().get(),
                    worker.bugs().get()));
        }
        return new MetricsSnapshot(listenerSnapshots, poolSnapshots, workerSnapshots);
    }

    private static ListenerSnapshot snapshot(ListenerState state) {
        long accepted = 0;
        long open = 0;
        Map<String, Long> ended = new LinkedHashMap<>();
        Histogram hello = Latency.empty();
        for (ListenerMetrics metrics : state.metrics()) {
            accepted += metrics.accepted().get();
            open += metrics.open().get();
            metrics.ended().forEach((reason, count) -> ended.merge(reason.word(), count, Long::sum));
            metrics.hello().addTo(hello);
        }
        return new ListenerSnapshot(accepted, open, ended, hello);
    }

    private static PoolSnapshot snapshot(Pool pool) {
        Map<String, BackendSnapshot> backends = new LinkedHashMap<>();
        for (Backend backend : pool.backends()) {
            backends.put(
                    backend.name(),
                    new BackendSnapshot(
                            backend.open(),
                            backend.sessions(),
                            backend.failures(),
                            backend.bytesIn(),
                            backend.bytesOut()));
        }
        Histogram connect = Latency.empty();
        Histogram firstByte = Latency.empty();
        Histogram session = Latency.empty();
        for (PoolLatencies latencies : pool.allLatencies()) {
            latencies.addTo(connect, firstByte, session);
        }
        return new PoolSnapshot(backends, connect, firstByte, session);
    }

    // ---- ending ----

    /**
     * Stops to listen, lets open sessions finish, and resets what is left when the time is over. Connections that the
     * kernel has queued are still taken.
     *
     * @return sessions that were cut
     */
    public int drain(Duration patience) {
        listening.closeOld(Map.of());
        long deadline = environment.clock().nanos() + patience.toNanos();
        while (shared.openSessions().get() > 0 && environment.clock().nanos() - deadline < 0) {
            LockSupport.parkNanos(DRAIN_POLL_NANOS);
        }
        int cut = shared.openSessions().get();
        try {
            workers.onEach(relay -> relay.endAll(CloseReason.SHUTDOWN));
        } catch (IOException e) {
            log.error("sessions are left to the end of the process: {}", e.getMessage());
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
        drain(Duration.ZERO);
        workers.stop();
    }

    /** Adds an event that did not happen in here, and its line to the log. */
    public void report(Kind kind, String subject, String text) {
        events.add(kind, subject, text);
    }

    /** Names that browsers may send to the wrong pool, by the certificates that probes have seen. */
    public List<CoalescingHazard> coalescingHazards() {
        return certificates.hazards();
    }

    private Routing routing() {
        return routing;
    }

    /** The last events, oldest first. */
    public List<Event> events() {
        return events.all();
    }
}
