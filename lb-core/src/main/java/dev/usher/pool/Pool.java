package dev.usher.pool;

import dev.usher.config.BackendConfig;
import dev.usher.config.HealthCheckConfig;
import dev.usher.config.PoolConfig;
import dev.usher.config.Units;
import dev.usher.metrics.PoolLatencies;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A named set of backends, as one configuration has it; each session gets one of the backends. Shared by the workers.
 *
 * <p>A reload makes a {@link #successor}: backends with unchanged addresses and the counters are kept, and the
 * configuration is new, so that routes and pools change in one step. A session keeps the pool of its start.
 *
 * <p>Workers call {@link #pick}, {@link #failed} and {@link #latencies}, without waiting and without a lock. Changes of
 * the serving set (probe results, operators' orders, ends of ejections, new addresses) take the lock, come from
 * probers, from operators and from the keeper's thread, and end with new balancers swapped in.
 */
public final class Pool {
    /**
     * State that survives from one configuration to the next.
     *
     * @param lock held while backends change state
     * @param cursor of the balancers that take turns
     * @param backupCursor the same, for the backups
     * @param ejected backends ejected now; workers reserve a place in this count before an ejection
     * @param down whether the watcher knows that no backend serves
     * @param timesFull sessions refused because every serving backend was at its connection limit
     * @param latencies by worker; each worker fills its entry at the first session, so that an idle pool costs nothing
     */
    private record Lasting(
            Object lock,
            AtomicInteger cursor,
            AtomicInteger backupCursor,
            AtomicInteger ejected,
            AtomicBoolean down,
            AtomicLong timesFull,
            AtomicReferenceArray<@Nullable PoolLatencies> latencies) {}

    private final PoolConfig config;
    private final PoolTimeouts timeouts;
    private final Lasting lasting;
    private final Runnable wakeKeeper;
    private final PoolWatcher watcher;

    private volatile List<Backend> backends = List.of();
    /** The inputs of the current {@link #primary} and {@link #backup}. Guarded by the lock. */
    private List<Weighted> primaries = List.of();

    private List<Weighted> backups = List.of();
    private volatile Balancer primary;
    private volatile Balancer backup;
    /** The inputs of {@link #outdone}. Guarded by the lock. */
    private List<Weighted> outdoneNow = List.of();
    /** Of backends that {@link #isOutdone siblings outdo}: for sessions that no other backend can take. */
    private volatile Balancer outdone;

    private volatile int serving;

    /**
     * Builds a pool without backends; {@link #setBackends} adds them.
     *
     * @param workers number of workers
     * @param wakeKeeper causes a call of {@link #keep} soon; workers may call this, so it must not block
     */
    public Pool(PoolConfig config, int workers, PoolWatcher watcher, Runnable wakeKeeper) {
        this(
                config,
                new Lasting(
                        new Object(),
                        new AtomicInteger(),
                        new AtomicInteger(),
                        new AtomicInteger(),
                        new AtomicBoolean(),
                        new AtomicLong(),
                        new AtomicReferenceArray<>(workers)),
                watcher,
                wakeKeeper);
    }

    private Pool(PoolConfig config, Lasting lasting, PoolWatcher watcher, Runnable wakeKeeper) {
        this.config = config;
        this.timeouts = PoolTimeouts.of(config.timeouts());
        this.lasting = lasting;
        this.watcher = watcher;
        this.wakeKeeper = wakeKeeper;
        this.primary = balancer(List.of(), lasting.cursor());
        this.backup = balancer(List.of(), lasting.backupCursor());
        this.outdone = new First(List.of());
    }

    /** The pool of the same name in the next configuration, with the current backends of this pool. */
    public Pool successor(PoolConfig next) {
        Pool successor = new Pool(next, lasting, watcher, wakeKeeper);
        successor.backends = backends;
        successor.serving = serving;
        return successor;
    }

    public String name() {
        return config.name();
    }

    public PoolConfig config() {
        return config;
    }

    public PoolTimeouts timeouts() {
        return timeouts;
    }

    /** The backends in the order of the configuration; a host name stands for one backend per address. */
    public List<Backend> backends() {
        return backends;
    }

    /** The number of backends that take new sessions. */
    public int serving() {
        return serving;
    }

    /** Sessions refused because every serving backend was at its connection limit. */
    public long timesFull() {
        return lasting.timesFull().get();
    }

    // ---- for workers ----

    /** The hash that {@link #pick} needs for a client; 0 if the pool's balancer ignores clients. */
    public long clientHash(InetSocketAddress client) {
        return primary instanceof ClientHash ? ClientHash.hash(client.getAddress()) : 0;
    }

    /**
     * Picks a backend for a session and counts the session as open there, until {@link Backend#release}. Backups serve
     * only while no primary can, and outdone addresses of a name only while neither can.
     *
     * @param clientHash result of {@link #clientHash}
     * @param tried backends where this session has failed already
     * @return null if no backend is available
     */
    public @Nullable Backend pick(long clientHash, List<Backend> tried) {
        while (true) {
            Backend picked = choose(clientHash, tried);
            if (picked == null && serving > 0 && tried.isEmpty()) {
                lasting.timesFull().incrementAndGet();
            }
            if (picked == null || picked.take()) {
                return picked;
            }
            // Filled by sessions of other workers meanwhile. Each repetition means that such a session found its place,
            // so the loop ends.
        }
    }

    private @Nullable Backend choose(long clientHash, List<Backend> tried) {
        Backend picked = primary.pick(clientHash, tried);
        if (picked == null) {
            picked = backup.pick(clientHash, tried);
        }
        return picked == null ? outdone.pick(clientHash, tried) : picked;
    }

    /**
     * The backend that {@link #pick} would give to a client now, if the client's address or the file's order determines
     * it; null otherwise, and if none is available.
     */
    public @Nullable Backend foreseen(long clientHash) {
        return switch (config.balance()) {
            case FIRST, CLIENT_HASH -> choose(clientHash, List.of());
            case ROUND_ROBIN, LEAST_CONNECTIONS, RANDOM_TWO -> null;
        };
    }

    /**
     * Records the outcome of a session or of an attempt.
     *
     * @param mark of the client, by {@link RecentSessions#mark}
     */
    public void fared(Backend backend, RecentSessions.Outcome outcome, int mark, long nowNanos) {
        if (backend.fared(outcome, mark, nowNanos)) {
            wakeKeeper.run();
        }
    }

    /** Counts an attempt that failed before the first byte, by the backend's own fault. */
    public void failed(Backend backend, long nowNanos) {
        backend.countFailure();
        blame(backend, nowNanos);
    }

    /**
     * Blames the backend for a failure already counted. The failure that completes a row ejects the backend at once, if
     * the pool can spare it.
     */
    public void blame(Backend backend, long nowNanos) {
        if (!backend.reachedFailureLimit(config.ejection())) {
            return;
        }
        if (lasting.ejected().incrementAndGet() > spare() || !backend.ejection().eject(config.ejection(), nowNanos)) {
            lasting.ejected().decrementAndGet();
            backend.ejection().spare();
            return;
        }
        if (backend.isRemoved()
                && backend.ejection().readmit()) { // a removed backend uses up none of the places for ejections
            lasting.ejected().decrementAndGet();
            return;
        }
        wakeKeeper.run();
    }

    /**
     * The number of backends that may be ejected: the configured part of all, and never the last serving backend,
     * unless the part is 100 %. Backends that are down or taken out by operators are no substitute.
     */
    private int spare() {
        int percent = config.ejection().maxEjectedPercent();
        int part = backends.size() * percent / 100;
        return percent == 100 ? part : Math.min(part, servingOrEjected() - 1);
    }

    private int servingOrEjected() {
        int count = 0;
        for (Backend backend : backends) {
            if (backend.state().serves() || backend.ejection().isEjected()) {
                count++;
            }
        }
        return count;
    }

    /** The latencies of this pool as timed by worker number {@code worker}. On that worker's thread. */
    public PoolLatencies latencies(int worker) {
        PoolLatencies known = lasting.latencies().get(worker);
        if (known == null) {
            known = new PoolLatencies();
            lasting.latencies().set(worker, known);
        }
        return known;
    }

    /** The latencies timed by each worker so far. Any thread. */
    public List<PoolLatencies> allLatencies() {
        return IntStream.range(0, lasting.latencies().length())
                .mapToObj(lasting.latencies()::get)
                .filter(Objects::nonNull)
                .toList();
    }

    // ---- for probes, operators and the keeper ----

    /** An address of a configured backend. */
    public record Member(BackendConfig config, InetSocketAddress address) {}

    /**
     * Sets the backends. A backend whose address was there before keeps its verdict, counters and sessions.
     *
     * @return the backends no longer there; the caller must {@link #remove} them once no worker picks from a
     *     predecessor any more
     */
    public List<Backend> setBackends(List<Member> members, long nowNanos) {
        synchronized (lasting.lock()) {
            List<Backend> before = backends;
            List<Backend> after = new ArrayList<>();
            for (Member member : members) {
                if (find(after, member.address()) != null) {
                    continue; // two names may resolve to the same address
                }
                Backend known = find(before, member.address());
                // a backend removed by a predecessor comes back without a past
                if (known == null || known.isRemoved()) {
                    known = new Backend(member.config(), member.address());
                } else {
                    known.reconfigure(member.config());
                }
                if (config.healthCheck().type() == HealthCheckConfig.Type.NONE) {
                    known.unprobed();
                }
                after.add(known);
            }
            backends = List.copyOf(after);
            rebuild(nowNanos);
            return before.stream().filter(old -> !after.contains(old)).toList();
        }
    }

    /** Marks backends as removed: no new sessions, while open sessions continue. */
    public void remove(List<Backend> gone, String why) {
        synchronized (lasting.lock()) {
            for (Backend old : gone) {
                old.setRemoved(why); // before the next line, so that a worker about to eject sees the removal
                if (old.ejection().readmit()) {
                    lasting.ejected().decrementAndGet();
                }
                tell(old);
            }
        }
    }

    private static @Nullable Backend find(List<Backend> backends, InetSocketAddress address) {
        for (Backend backend : backends) {
            if (backend.address().equals(address)) {
                return backend;
            }
        }
        return null;
    }

    /**
     * Counts the result of a probe.
     *
     * @param result in words
     * @param handshake whether the probe made a TLS handshake, as sessions need; such a success ends an ejection
     */
    public void probed(Backend backend, ProbeOutcome outcome, String result, boolean handshake, long nowNanos) {
        boolean success = outcome == ProbeOutcome.SUCCESS;
        synchronized (lasting.lock()) {
            boolean wasDown = backend.state() == BackendState.DOWN;
            boolean changed = backend.probed(outcome, result, config.healthCheck());
            if (changed && success && wasDown) {
                startSlowly(backend, nowNanos);
            }
            if (success && handshake && backend.ejection().isEjected()) {
                readmit(backend, "a TLS probe succeeded", nowNanos);
                changed = true;
            }
            if (!changed && backend.state() != BackendState.UNPROBED) {
                return;
            }
            rebuild(nowNanos);
        }
        wakeKeeper.run(); // a reload may have installed a successor meanwhile, which has yet to see the change
    }

    /**
     * Sets an operator's order for a backend.
     *
     * @param why reason shown while the backend is not ready, such as {@code drained by ops}
     */
    public void setAdminState(Backend backend, AdminState state, String why, long nowNanos) {
        synchronized (lasting.lock()) {
            boolean returns = state == AdminState.READY && backend.adminState() != AdminState.READY;
            backend.setAdminState(state, why);
            if (returns) {
                startSlowly(backend, nowNanos);
            }
            rebuild(nowNanos);
        }
        wakeKeeper.run(); // a reload may have installed a successor, as in probed
    }

    /** Sets a backend's weight until the next restart; 0 returns to the configured weight. */
    public void setWeight(Backend backend, int weight, long nowNanos) {
        synchronized (lasting.lock()) {
            if (weight != 0) {
                BackendConfig.WEIGHT.check(weight, "weight");
            }
            backend.overrideWeight(weight);
            rebuild(nowNanos);
        }
        wakeKeeper.run(); // a reload may have installed a successor, as in probed
    }

    /**
     * Updates time-dependent state: ends of ejections, slow starts, and reports of ejections by workers.
     *
     * @return true if the caller must call again soon, even without a request
     */
    public boolean keep(long nowNanos) {
        synchronized (lasting.lock()) {
            for (Backend backend : backends) {
                if (backend.ejection().isOver(nowNanos)) {
                    readmit(backend, "ejection time is over", nowNanos);
                }
                if (backend.isStartingSlowly() && slowStartPercent(backend, nowNanos) == 100) {
                    backend.endSlowStart();
                }
            }
            rebuild(nowNanos);
            return lasting.ejected().get() > 0
                    || backends.stream()
                            .anyMatch(backend -> backend.isStartingSlowly()
                                    || (backend.reach().isInVain(nowNanos) && isOutdone(backend, nowNanos)));
        }
    }

    private void readmit(Backend backend, String why, long nowNanos) {
        if (backend.ejection().readmit()) {
            lasting.ejected().decrementAndGet();
            backend.changed(why);
            startSlowly(backend, nowNanos);
        }
    }

    private void startSlowly(Backend backend, long nowNanos) {
        if (config.slowStart() != null) {
            backend.beginSlowStart(nowNanos);
            wakeKeeper.run();
        }
    }

    /** The share of its weight that a backend of this pool gets, in percent; 100 unless a slow start is under way. */
    public int slowStartPercent(Backend backend, long nowNanos) {
        long duration = config.slowStart() == null ? 1 : config.slowStart().toNanos();
        return backend.slowStartPercent(nowNanos, duration);
    }

    // ---- balancers ----

    /** Builds balancers for the current state, and reports changes to the watcher. */
    private void rebuild(long nowNanos) {
        readmitTheLast(nowNanos);
        List<Weighted> primariesNow =
                weighted(backend -> !backend.config().backup() && !isOutdone(backend, nowNanos), nowNanos);
        if (!primariesNow.equals(primaries)) {
            primaries = primariesNow;
            primary = balancer(primaries, lasting.cursor());
        }
        List<Weighted> backupsNow =
                weighted(backend -> backend.config().backup() && !isOutdone(backend, nowNanos), nowNanos);
        if (!backupsNow.equals(backups)) {
            backups = backupsNow;
            backup = balancer(backups, lasting.backupCursor());
        }
        List<Weighted> lastNow = weighted(backend -> isOutdone(backend, nowNanos), nowNanos);
        if (!lastNow.equals(outdoneNow)) {
            outdoneNow = lastNow;
            outdone = new First(lastNow);
        }
        backends.forEach(this::tell);
        serving = (int)
                backends.stream().filter(backend -> backend.state().serves()).count();
        boolean down = serving == 0;
        // a new pool counts as serving, so only a pool that goes down is news
        if (lasting.down().getAndSet(down) != down) {
            watcher.onPool(this, serving);
        }
    }

    /**
     * Readmits ejected backends when no other serves any more: {@link #spare} can only judge the moment of ejection.
     */
    private void readmitTheLast(long nowNanos) {
        if (config.ejection().maxEjectedPercent() == 100
                || backends.stream().anyMatch(backend -> backend.state().serves())) {
            return;
        }
        for (Backend backend : backends) {
            if (backend.state() == BackendState.EJECTED) {
                readmit(backend, "no other backend is left", nowNanos);
            }
        }
    }

    private void tell(Backend backend) {
        BackendState before = backend.told();
        BackendState now = backend.state();
        if (now == before) {
            return;
        }
        if (now == BackendState.EJECTED) {
            boolean news = backend.ejection().isNews();
            backend.changed(news ? ejectionText(backend) : "still ejected for earlier failed sessions");
        }
        backend.setTold(now);
        watcher.onBackend(this, backend, before, now);
    }

    private String ejectionText(Backend backend) {
        int times = backend.ejection().timesInARow();
        return "%s in a row failed; ejected for %d s%s"
                .formatted(
                        Units.counted(config.ejection().consecutiveFailures(), "session"),
                        backend.ejection().lastNanos() / 1_000_000_000,
                        times == 1 ? "" : ", longer each time: ejected " + times + " times in a row");
    }

    private List<Weighted> weighted(Predicate<Backend> part, long nowNanos) {
        return backends.stream()
                .filter(backend -> backend.state().serves() && part.test(backend))
                .map(backend -> new Weighted(backend, backend.weight() * slowStartPercent(backend, nowNanos)))
                .toList();
    }

    /**
     * Whether probes or sessions have tried in vain to reach this address, while a sibling address of the same name was
     * reached. Most likely the network does not route this address family. An address that nobody has tried yet is not
     * outdone.
     */
    private boolean isOutdone(Backend backend, long nowNanos) {
        boolean keepsProbesWaiting = backend.state() == BackendState.UNPROBED && backend.lastProbe() != null;
        return (keepsProbesWaiting || backend.reach().isInVain(nowNanos))
                && backends.stream()
                        .anyMatch(other -> other.state() == BackendState.UP
                                && other.wasReached()
                                && other.config()
                                        .address()
                                        .equals(backend.config().address()));
    }

    private Balancer balancer(List<Weighted> members, AtomicInteger cursor) {
        return switch (config.balance()) {
            case ROUND_ROBIN -> new RoundRobin(members, cursor);
            case LEAST_CONNECTIONS -> new LeastConnections(members, cursor);
            case RANDOM_TWO -> new RandomTwo(members);
            case CLIENT_HASH -> new ClientHash(members);
            case FIRST -> new First(members);
        };
    }

    @Override
    public String toString() {
        return name();
    }
}
