package dev.usher.sim;

import dev.usher.background.Background;
import dev.usher.config.HostPort;
import dev.usher.config.ListenerConfig;
import dev.usher.config.ReloadConfig.OnRemovedBackend;
import dev.usher.config.UsherConfig;
import dev.usher.end.CloseReason;
import dev.usher.event.Events;
import dev.usher.login.Passwords;
import dev.usher.login.UserCheck;
import dev.usher.loop.Worker;
import dev.usher.opening.Openings;
import dev.usher.pool.Backend;
import dev.usher.pool.Pool;
import dev.usher.pool.PoolWatcher;
import dev.usher.relay.ClientLimits;
import dev.usher.relay.ListenerCounts;
import dev.usher.relay.OpenHellos;
import dev.usher.relay.OwnConnections;
import dev.usher.relay.Room;
import dev.usher.relay.Routing;
import dev.usher.relay.SessionLog;
import dev.usher.relay.SessionWalk;
import dev.usher.relay.SharedState;
import dev.usher.relay.WorkerSessions;
import dev.usher.time.Clock;
import dev.usher.upkeep.BackendNames;
import dev.usher.upkeep.Pools;
import dev.usher.view.FailingName;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The real parts, wired as {@code LoadBalancer} does, without a thread: the world turns the workers and the keeper. */
final class House {
    /** A task on a worker. */
    @FunctionalInterface
    interface Task {
        void on(WorkerSessions sessions) throws IOException;
    }

    private static final UserCheck NO_USERS = new UserCheck(Passwords.NONE, Clock.SYSTEM);
    /** Of a mebibyte, and of no use: no world limits the connections of a client. */
    private static final ClientLimits NO_LIMITS = new ClientLimits(Clock.SYSTEM, new Chance(0));

    private static final int LOOKS = 1024;

    private final SimNetwork network;
    private final List<Worker> workers = new ArrayList<>();
    private final List<WorkerSessions> sessions = new ArrayList<>();
    private final List<Long> turnedNanos = new ArrayList<>();
    private final List<Long> turnedBefore = new ArrayList<>();
    private final Map<String, ListenerCounts> counts = new LinkedHashMap<>();
    private final SharedState shared;
    private final BackendNames names;
    private final Pools pools;
    /** Every backend so far, also removed ones. */
    private final Map<InetSocketAddress, Set<Backend>> backends = new LinkedHashMap<>();

    private Routing routing;
    private Runnable afterTurn = () -> {};
    private boolean keeperAsked;
    private int killed;

    House(
            UsherConfig config,
            Runnable inForce,
            long heldBytes,
            int count,
            SimNetwork network,
            SessionLog log,
            PoolWatcher watcher,
            Function<Events, BackendNames> namesMaker) {
        Clock clock = network::clock;
        this.network = network;
        this.routing = Routing.of(config, Map.of());
        this.shared = new SharedState(
                "s-",
                new Room(Integer.MAX_VALUE, clock),
                NO_LIMITS,
                new OwnConnections(),
                NO_USERS,
                new OpenHellos(),
                Openings.BY_TYPE,
                network.chance());
        this.names = namesMaker.apply(new Events(clock));
        this.pools = new Pools(
                count,
                clock,
                new Background(clock),
                watcher,
                () -> keeperAsked = true,
                names,
                this::onRemoved,
                (_, _) -> {},
                network.chance());
        try {
            for (int i = 0; i < count; i++) {
                Worker worker = new Worker("worker-" + i, network, clock, heldBytes);
                workers.add(worker);
                turnedNanos.add(network.now());
                turnedBefore.add(network.now());
                sessions.add(new WorkerSessions(i, count, worker, () -> routing, log, shared));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        apply(config, inForce);
    }

    // ---- turns ----

    int workers() {
        return workers.size();
    }

    boolean isDue(int worker) {
        return network.selector(worker).isDue(network.now());
    }

    /** When the earliest worker wakes by itself. */
    long wakesNanos() {
        long next = Long.MAX_VALUE;
        for (int i = 0; i < workers.size(); i++) {
            next = Math.min(next, network.selector(i).sleepsUntil());
        }
        return next;
    }

    /** The time of the worker's last turn: deadlines up to then have passed. */
    long turnedNanos(int worker) {
        return turnedNanos.get(worker);
    }

    /** The time of the last turn at an earlier time than the last. */
    long turnedBefore(int worker) {
        return turnedBefore.get(worker);
    }

    void turn(int worker) {
        network.touch();
        try {
            workers.get(worker).runOnce();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (turnedNanos.get(worker) < network.now()) {
            turnedBefore.set(worker, turnedNanos.get(worker));
        }
        turnedNanos.set(worker, network.now());
        afterTurn.run();
    }

    /** Has the world look after each turn, from now on. */
    void afterTurn(Runnable look) {
        afterTurn = look;
    }

    private void onEach(Task task) {
        for (int i = 0; i < workers.size(); i++) {
            WorkerSessions ofWorker = sessions.get(i);
            boolean[] done = {false};
            boolean _ = workers.get(i).submit(() -> {
                try {
                    task.on(ofWorker);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
                done[0] = true;
            });
            while (!done[0]) {
                turn(i);
            }
        }
    }

    // ---- the configuration ----

    UsherConfig config() {
        return routing.config();
    }

    /** In the order of {@code LoadBalancer.apply}. */
    void apply(UsherConfig next, Runnable inForce) {
        Map<String, ListenerConfig> before =
                Map.copyOf(counts.isEmpty() ? Map.of() : routing.config().listeners());
        next.listeners().forEach((name, listener) -> {
            if (!before.containsKey(name)) {
                open(listener);
            }
        });
        Pools.Prepared prepared = pools.prepare(next.pools().values());
        routing.config().listeners().forEach((name, listener) -> {
            if (!next.listeners().containsKey(name)) {
                onEach(ofWorker -> ofWorker.close(name, listener.bind().getFirst(), true));
            }
        });
        routing = routing.next(next, prepared.pools());
        inForce.run();
        keepForCounts();
        onEach(ofWorker -> ofWorker.follow(next.listeners()));
        pools.commit(prepared);
    }

    /** After a change of the backends. */
    void keepForCounts() {
        routing.pools().values().forEach(pool -> pool.backends().forEach(this::keepForCounts));
    }

    private void keepForCounts(Backend backend) {
        boolean _ = backends.computeIfAbsent((InetSocketAddress) backend.address(), _ -> new LinkedHashSet<>())
                .add(backend);
    }

    private void open(ListenerConfig listener) {
        ListenerCounts its = counts.computeIfAbsent(listener.name(), name -> new ListenerCounts(name, workers.size()));
        HostPort bind = (HostPort) listener.bind().getFirst();
        onEach(ofWorker -> ofWorker.open(listener, its, bind, address(bind), List.of()));
    }

    static InetSocketAddress address(HostPort place) {
        return new InetSocketAddress(InetAddress.ofLiteral(place.host()), place.port());
    }

    private void onRemoved(Pool pool, List<Backend> gone) {
        keepForCounts(); // an answer may have brought others
        if (routing.config().reload().onRemovedBackend() == OnRemovedBackend.CLOSE) {
            onEach(ofWorker -> {
                SessionWalk walk = ofWorker.walk();
                while (!walk.isOver()) {
                    int _ = walk.end(gone, CloseReason.BACKEND_REMOVED, LOOKS, LOOKS);
                }
            });
        }
    }

    /** Names without an answer, as people see them. */
    Set<String> failingNames() {
        return names.failing().stream().map(FailingName::name).collect(Collectors.toSet());
    }

    // ---- pools ----

    List<Pool> pools() {
        return List.copyOf(routing.pools().values());
    }

    @Nullable
    Backend backend(InetSocketAddress address) {
        for (Pool pool : routing.pools().values()) {
            for (Backend backend : pool.backends()) {
                if (backend.address().equals(address)) {
                    return backend;
                }
            }
        }
        return null;
    }

    /** Sessions that usher counts on an address, those of a removed backend included. */
    long openAt(InetSocketAddress address) {
        long open = 0;
        for (Backend backend : backends.getOrDefault(address, Set.of())) {
            open += backend.open();
        }
        return open;
    }

    boolean takeKeeperAsked() {
        boolean asked = keeperAsked;
        keeperAsked = false;
        return asked;
    }

    /** A round of the keeper; true if another is due soon. */
    boolean keep() {
        network.touch();
        boolean soon = false;
        for (Pool pool : routing.pools().values()) {
            soon |= pool.keep(network.clock());
        }
        return soon;
    }

    // ---- sessions ----

    /** Ends a session by its number, if it is open. */
    void kill(long id) {
        onEach(ofWorker -> {
            if (ofWorker.walk().end(id, CloseReason.KILLED, LOOKS)) {
                killed++;
            }
        });
    }

    int killed() {
        return killed;
    }

    void endAll() {
        onEach(ofWorker -> ofWorker.endAll(CloseReason.SHUTDOWN));
    }

    long openSessions() {
        return sessions.stream().mapToLong(each -> each.sessions().get()).sum();
    }

    int openConnections() {
        return shared.room().open();
    }

    long openOf(String listener) {
        return counted(listener).workers().stream()
                .mapToLong(each -> each.open().get())
                .sum();
    }

    long acceptedOf(String listener) {
        return counted(listener).workers().stream()
                .mapToLong(each -> each.accepted().get())
                .sum();
    }

    long endedOf(String listener, CloseReason reason) {
        return counted(listener).workers().stream()
                .mapToLong(each -> each.ended().of(reason).get())
                .sum();
    }

    private ListenerCounts counted(String listener) {
        return Objects.requireNonNull(counts.get(listener));
    }

    Iterable<String> listeners() {
        return counts.keySet();
    }

    long received() {
        return sessions.stream().mapToLong(each -> each.received().get()).sum();
    }

    long sent() {
        return sessions.stream().mapToLong(each -> each.sent().get()).sum();
    }

    long heldBytes(int worker) {
        return workers.get(worker).buffers().heldBytes().get();
    }

    long sessions(int worker) {
        return sessions.get(worker).sessions().get();
    }

    long bugs() {
        return workers.stream().mapToLong(each -> each.bugs().get()).sum();
    }

    void close() {
        pools.close();
        for (Worker worker : workers) {
            worker.stop();
            worker.run();
        }
    }
}
