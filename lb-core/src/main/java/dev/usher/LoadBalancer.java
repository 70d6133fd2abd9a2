package dev.usher;

import dev.usher.background.Background;
import dev.usher.config.ReloadConfig.OnRemovedBackend;
import dev.usher.config.UsherConfig;
import dev.usher.end.CloseReason;
import dev.usher.event.Event.Kind;
import dev.usher.event.Events;
import dev.usher.login.UserCheck;
import dev.usher.loop.Network;
import dev.usher.pool.Backend;
import dev.usher.pool.BackendState;
import dev.usher.pool.Pool;
import dev.usher.probe.TlsWarmUp;
import dev.usher.relay.Routing;
import dev.usher.relay.SharedState;
import dev.usher.resolve.Resolver;
import dev.usher.time.Clock;
import dev.usher.upkeep.BackendNames;
import dev.usher.upkeep.Keeper;
import dev.usher.upkeep.PoolEvents;
import dev.usher.upkeep.Pools;
import dev.usher.watch.Certificates;
import dev.usher.watch.LimitWatch;
import dev.usher.watch.RefusedNames;
import dev.usher.watch.RefusedWays;
import dev.usher.watch.TrafficSamples;
import dev.usher.watch.TrafficWatch;
import dev.usher.workers.Listening;
import dev.usher.workers.OpenSessions;
import dev.usher.workers.WorkerWatch;
import dev.usher.workers.Workers;
import java.io.IOException;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The data plane as a whole: workers, listening sockets and shared state. Methods may be called from any thread but a
 * worker's.
 */
public final class LoadBalancer implements AutoCloseable {
    /** How often a wait looks: a drain for the last session, a take-over for the last verdict. */
    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private static final Logger log = LoggerFactory.getLogger(LoadBalancer.class);

    private final Environment environment;
    private final Workers workers;
    private final Listening listening;
    private final Pools pools;
    private final Keeper keeper;
    private final UserCheck users;
    private final Events events;
    private final OpenSessions sessions;
    private final BackendControl control;
    private final Looks looks;
    private final LimitWatch limits;
    private final TrafficWatch traffic;
    private final TrafficSamples samples;
    private final RefusedNames refusedNames;
    private final RefusedWays refusedWays;

    private volatile boolean draining;
    private volatile boolean listenersClosed;
    private volatile Routing routing;
    private boolean closed;

    private LoadBalancer(UsherConfig config, Environment environment) throws IOException {
        Clock clock = environment.clock();
        this.environment = environment;
        this.routing = Routing.of(config, Map.of());
        SharedState shared =
                SharedState.of(environment.maxSessions(), clock, environment.passwords(), environment.draws());
        this.users = shared.users();
        this.workers = Workers.of(
                config, environment.provider(), environment.given(), clock, this::routing, environment.log(), shared);
        this.listening =
                new Listening(environment.provider(), environment.given(), workers, environment.besideAnother());
        this.sessions = new OpenSessions(workers, shared, clock);
        this.events = new Events(clock);
        Certificates certificates = new Certificates(this::routing, events);
        this.traffic = new TrafficWatch(events);
        this.samples = new TrafficSamples(clock, this::routing);
        this.limits = new LimitWatch(events, clock);
        this.refusedNames = new RefusedNames(events, clock, (wanted, most) -> looks().names(wanted, most));
        this.refusedWays = new RefusedWays(events, clock, (wanted, most) -> looks().failures(wanted, most));
        Background background = environment.background();
        this.keeper = new Keeper(clock, () -> routing.pools().values(), looksEverySecond(), background);
        BackendNames names = new BackendNames(Resolver::ofBackends, events);
        this.pools = new Pools(
                workers.count(),
                clock,
                background,
                new PoolEvents(events, sessions),
                keeper::wake,
                names,
                this::onRemoved,
                certificates::onSeen,
                environment.draws());
        this.control = new BackendControl(this::routing, sessions, events, clock);
        this.looks = new Looks(this::routing, clock, workers, listening, sessions, events, limits, names, certificates);
    }

    private List<Runnable> looksEverySecond() {
        WorkerWatch stuck = new WorkerWatch(
                workers,
                environment
                        .background()
                        .crowd(
                                "workers",
                                "its sessions stand still. Restart usher if it stays so; jcmd PID Thread.print says where it hangs"));
        return List.of(
                () -> environment.background().look(events),
                stuck::look,
                () -> limits.look(listening.states(), routing().pools().values()),
                () -> traffic.look(routing().pools().values()),
                samples::look,
                () -> refusedNames.look(LimitWatch.ended(listening.states(), CloseReason.INVALID_NAME)),
                () -> refusedWays.look(refusedWays()),
                events::look);
    }

    private long refusedWays() {
        return RefusedWays.REASONS.stream()
                .mapToLong(reason -> LimitWatch.ended(listening.states(), reason))
                .sum();
    }

    /** Opens, and accepts at once: connections are served from the return on. Otherwise like {@link #open}. */
    public static LoadBalancer start(UsherConfig config, Environment environment) throws IOException {
        LoadBalancer started = open(config, environment);
        try {
            started.listen();
        } catch (IOException | RuntimeException | Error e) {
            started.close();
            throw e;
        }
        started.accept();
        return started;
    }

    /**
     * Resolves and binds. Connections queue up in the kernel until {@link #accept}. Beside another process, only
     * {@link #listen} binds: the kernel gives new sockets their share at once, and clients would wait.
     *
     * @throws IOException if listening on an address fails; the message names the address, and nothing is left open
     */
    public static LoadBalancer open(UsherConfig config, Environment environment) throws IOException {
        TlsWarmUp warmUp = TlsWarmUp.begin(config.pools().values());
        LoadBalancer opened = new LoadBalancer(config, environment);
        try {
            opened.workers.start();
            opened.keeper.start();
            Network.check(environment.provider(), config);
            if (!environment.besideAnother()) {
                opened.listen();
            }
            Pools.Prepared prepared = opened.put(config);
            warmUp.await();
            opened.pools.commit(prepared);
            return opened;
        } catch (IOException | RuntimeException | Error e) {
            opened.close();
            throw e;
        }
    }

    /**
     * Binds what is not bound yet.
     *
     * @throws IOException if listening on an address fails; the message names the address
     */
    public synchronized void listen() throws IOException {
        listening.openNew(routing.config().listeners());
    }

    /**
     * Begins to accept, and to probe. Separate from {@link #open}, so that the caller can report the addresses before
     * the first connection logs a line, and thousands of first probes do not delay clients.
     */
    public synchronized void accept() {
        listening.follow(routing.config().listeners());
        pools.probe();
    }

    /**
     * Probes every backend, and waits for the verdicts: for a process with a predecessor, between {@link #open}
     * and {@link #accept}.
     *
     * @param patience the longest wait; later verdicts count as after any start
     */
    public void awaitVerdicts(Duration patience) throws InterruptedException {
        synchronized (this) {
            pools.probe();
        }
        long deadline = environment.clock().nanos() + patience.toNanos();
        while (routing.pools().values().stream().anyMatch(LoadBalancer::isUnprobed)
                && environment.clock().nanos() - deadline < 0) {
            TimeUnit.NANOSECONDS.sleep(POLL_NANOS);
        }
    }

    private static boolean isUnprobed(Pool pool) {
        return pool.backends().stream().anyMatch(backend -> backend.state() == BackendState.UNPROBED);
    }

    /**
     * Makes given sockets this load balancer's own: the predecessor takes no more connections. A close before leaves
     * the connections queued there to the predecessor, or to the service manager.
     */
    public synchronized void settle() {
        listening.settle();
    }

    /** True once {@link #settle} has made the sockets this load balancer's own, to pass on. */
    public boolean isSettled() {
        return listening.isSettled();
    }

    /**
     * Announces a successor on the sockets of the given addresses: the drain leaves the connections queued there to the
     * successor.
     */
    public void handOver(Set<SocketAddress> addresses) {
        listening.handOver(addresses);
    }

    /**
     * Replaces the configuration in a single step. Listeners, pools and backends of both configurations keep their
     * sockets, verdicts, counters and sessions. A session with a pool goes on with the pool, and
     * a retry picks among the backends in force by then. A session still waiting for the hello is routed by the
     * configuration in force once the hello is whole; the limits at accept are of the configuration in force at accept.
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

    /** Reads the files of probes again; file contents may change under the same {@link Looks#config}. */
    public void readFilesAgain() {
        pools.readFilesAgain();
    }

    /**
     * The first step can fail, and then leaves everything unchanged; the later steps, and the callers' steps after
     * this, cannot fail.
     */
    private Pools.Prepared swapIn(UsherConfig next) throws IOException {
        Network.check(environment.provider(), next);
        listening.openNew(next.listeners());
        return put(next);
    }

    private Pools.Prepared put(UsherConfig next) {
        Pools.Prepared prepared = pools.prepare(next.pools().values());
        listening.closeOld(next.listeners());
        routing = routing.next(next, prepared.pools());
        return prepared;
    }

    /** Questions that change nothing. */
    public Looks looks() {
        return looks;
    }

    /** Orders of administrators, in force until the next restart. */
    public BackendControl control() {
        return control;
    }

    private void onRemoved(Pool pool, List<Backend> gone) {
        if (routing.config().reload().onRemovedBackend() == OnRemovedBackend.CLOSE) {
            sessions.endAllOfSoon(gone, CloseReason.BACKEND_REMOVED);
        }
    }

    /** The tasks in the background, to add a task or to show failures. */
    public Background background() {
        return environment.background();
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
        while (sessions.count() > 0 && environment.clock().nanos() - deadline < 0) {
            LockSupport.parkNanos(POLL_NANOS);
        }
        int cut = sessions.count();
        try {
            workers.onEach(ofWorker -> ofWorker.endAll(CloseReason.SHUTDOWN));
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
        control.stop();
        drain(Duration.ZERO);
        workers.stop();
        users.close();
        events.close();
    }

    private Routing routing() {
        return routing;
    }
}
