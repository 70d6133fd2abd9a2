package dev.usher;

import dev.usher.config.HostPort;
import dev.usher.config.ListenerConfig;
import dev.usher.config.UsherConfig;
import dev.usher.loop.Worker;
import dev.usher.metrics.Latency;
import dev.usher.metrics.MetricsSnapshot;
import dev.usher.metrics.MetricsSnapshot.BackendSnapshot;
import dev.usher.metrics.MetricsSnapshot.ListenerSnapshot;
import dev.usher.metrics.MetricsSnapshot.PoolSnapshot;
import dev.usher.metrics.MetricsSnapshot.WorkerSnapshot;
import dev.usher.metrics.PoolLatencies;
import dev.usher.pool.Backend;
import dev.usher.pool.Pool;
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
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
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
     * whole. A stalled session keeps 256 KiB at most and 16 KiB as a rule, so this is enough for 16,000 of them.
     */
    private static final long MAX_HELD_BYTES = 256L * 1024 * 1024;
    /** How often a drain looks whether the last session is gone. */
    private static final long DRAIN_POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
    /** A worker that has not taken its mail for this long will not take it at all. */
    private static final Duration MAIL_PATIENCE = Duration.ofSeconds(5);

    private static final Logger log = LoggerFactory.getLogger(LoadBalancer.class);

    /**
     * What a load balancer runs on.
     *
     * @param provider of selectors and channels
     * @param log is told of every ended session
     */
    public record Environment(SelectorProvider provider, Clock clock, SessionLog log) {
        /** The machine's own network and clock. */
        public static Environment of(SessionLog log) {
            return new Environment(SelectorProvider.provider(), Clock.SYSTEM, log);
        }
    }

    private final Environment environment;
    private final List<Worker> workers = new ArrayList<>();
    private final List<Relay> relays = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private final Map<String, ListenerState> listeners = new LinkedHashMap<>();
    private final Map<String, List<InetSocketAddress>> addresses = new LinkedHashMap<>();
    private final AtomicInteger openSessions = new AtomicInteger();
    private final BackendNames names = new BackendNames();
    private volatile Routing routing;
    private boolean closed;

    private LoadBalancer(UsherConfig config, Environment environment, int workerCount) throws IOException {
        this.environment = environment;
        this.routing = Routing.of(config, workerCount);
        for (int i = 0; i < workerCount; i++) {
            Worker worker = new Worker(
                    "worker-" + i, environment.provider(), environment.clock(), MAX_HELD_BYTES / workerCount);
            workers.add(worker);
            relays.add(new Relay(i, workerCount, worker, () -> routing, environment.log(), openSessions));
        }
    }

    /**
     * Resolves, binds and starts. When it returns, connections are served.
     *
     * @throws IOException if an address cannot be listened on; the message names it, and nothing is left open
     */
    public static LoadBalancer start(UsherConfig config, Environment environment) throws IOException {
        LoadBalancer started = new LoadBalancer(config, environment, workerCount(config));
        try {
            started.names.resolve(started.routing.pools().values());
            started.checkUnused(config.listeners().values()); // all before the first, or it would find ourselves
            for (ListenerConfig listener : config.listeners().values()) {
                started.listen(listener);
            }
        } catch (IOException | RuntimeException e) {
            started.close();
            throw e;
        }
        for (Worker worker : started.workers) {
            started.threads.add(worker.start());
        }
        return started;
    }

    /** Says what becomes of a hello under a configuration, and why. */
    public static Explanation explain(UsherConfig config, Asked asked) {
        return explain(Routing.of(config, 1), asked);
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
        return Map.copyOf(addresses);
    }

    /** Connections open now, on both kinds of listeners. */
    public int openSessions() {
        return openSessions.get();
    }

    // ---- listening ----

    private static int workerCount(UsherConfig config) {
        return config.workers() == UsherConfig.ONE_WORKER_PER_CORE
                ? Runtime.getRuntime().availableProcessors()
                : config.workers();
    }

    private void listen(ListenerConfig config) throws IOException {
        ListenerState state = new ListenerState(config.name(), workers.size());
        listeners.put(config.name(), state);
        List<InetSocketAddress> bound = new ArrayList<>();
        for (HostPort bind : config.bind()) {
            try {
                bound.add(listen(config, state, socketAddress(bind)));
            } catch (IOException e) {
                throw cannotListen(config, bind, e);
            }
        }
        addresses.put(config.name(), List.copyOf(bound));
    }

    private InetSocketAddress listen(ListenerConfig config, ListenerState state, InetSocketAddress address)
            throws IOException {
        InetSocketAddress bound = address;
        for (Relay relay : relays) { // on port 0 the first is given a port, which the others share
            bound = relay.listen(config, state, bound);
        }
        return bound;
    }

    private static IOException cannotListen(ListenerConfig config, HostPort bind, IOException why) {
        return new IOException(
                "listener " + config.name() + " cannot listen on " + bind + ": " + why.getMessage(), why);
    }

    private void checkUnused(Collection<ListenerConfig> configs) throws IOException {
        for (ListenerConfig config : configs) {
            for (HostPort bind : config.bind()) {
                try {
                    checkUnused(socketAddress(bind));
                } catch (IOException e) {
                    throw cannotListen(config, bind, e);
                }
            }
        }
    }

    /**
     * Fails if anybody listens there. {@code SO_REUSEPORT} alone would let two usher processes of one user share a port
     * in silence, each with its half of the connections.
     */
    private void checkUnused(InetSocketAddress address) throws IOException {
        if (address.getPort() == 0) {
            return;
        }
        try (SocketChannel probe = environment.provider().openSocketChannel()) {
            probe.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            probe.bind(address);
        } catch (BindException e) {
            throw new BindException(e.getMessage() + " (who has it: ss -ltnp 'sport = :" + address.getPort() + "')");
        }
    }

    private InetSocketAddress socketAddress(HostPort bind) throws IOException {
        InetAddress address = bind.host().isEmpty() ? everyAddress() : InetAddress.getByName(bind.host());
        return new InetSocketAddress(address, bind.port());
    }

    /** That of IPv6, whose sockets take IPv4 as well, wherever the JVM has it: Java's own is that of IPv4 alone. */
    private InetAddress everyAddress() throws IOException {
        try {
            environment
                    .provider()
                    .openSocketChannel(StandardProtocolFamily.INET6)
                    .close();
            return InetAddress.ofLiteral("::");
        } catch (UnsupportedOperationException ipv4Only) {
            return InetAddress.ofLiteral("0.0.0.0");
        }
    }

    // ---- looking ----

    /** What was counted so far, merged over the workers. */
    public MetricsSnapshot snapshot() {
        Map<String, ListenerSnapshot> listenerSnapshots = new LinkedHashMap<>();
        listeners.forEach((name, state) -> listenerSnapshots.put(name, snapshot(state)));
        Map<String, PoolSnapshot> poolSnapshots = new LinkedHashMap<>();
        routing.pools().forEach((name, pool) -> poolSnapshots.put(name, snapshot(pool)));
        List<WorkerSnapshot> workerSnapshots = new ArrayList<>();
        for (int i = 0; i < workers.size(); i++) {
            Worker worker = workers.get(i);
            Relay relay = relays.get(i);
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
        onEveryWorker(LoadBalancer::stopListening);
        long deadline = environment.clock().nanos() + patience.toNanos();
        while (openSessions.get() > 0 && environment.clock().nanos() - deadline < 0) {
            LockSupport.parkNanos(DRAIN_POLL_NANOS);
        }
        int cut = openSessions.get();
        onEveryWorker(relay -> relay.endAll(CloseReason.SHUTDOWN));
        return cut;
    }

    private static void stopListening(Relay relay) {
        try {
            relay.stopListening();
        } catch (IOException e) {
            log.error("closing a listener failed", e);
        }
    }

    /** Ends at once: what is open is reset. After {@link #drain} there is nothing to reset. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        names.close();
        drain(Duration.ZERO);
        workers.forEach(Worker::stop);
        if (threads.isEmpty()) {
            workers.forEach(Worker::run); // never started: turned by hand once, each closes what it has opened
        }
        threads.forEach(LoadBalancer::join);
    }

    /** Runs a task on each worker, and waits until all have. */
    private void onEveryWorker(Consumer<Relay> task) {
        if (threads.isEmpty()) {
            relays.forEach(task); // nobody else turns them: start failed, or the end has come
            return;
        }
        CountDownLatch done = new CountDownLatch(relays.size());
        for (int i = 0; i < workers.size(); i++) {
            Relay relay = relays.get(i);
            boolean taken = workers.get(i).submit(() -> {
                try {
                    task.accept(relay);
                } finally {
                    done.countDown();
                }
            });
            if (!taken) {
                log.error("{} does not take its mail", workers.get(i));
                done.countDown();
            }
        }
        try {
            if (!done.await(MAIL_PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                log.error("a worker did not answer within {}", MAIL_PATIENCE);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void join(Thread thread) {
        try {
            thread.join(MAIL_PATIENCE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
