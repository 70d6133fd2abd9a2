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
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A named set of backends, one of which takes each session, as one configuration has it. Shared by all workers.
 *
 * <p>A reload makes a {@link #successor}: the same backends where the addresses are the same, the same counters, and a
 * configuration of its own, so that routes and pools change in one step. Sessions keep the pool that they began with.
 *
 * <p>Workers call {@link #pick}, {@link #failed} and {@link #latencies}; none of them waits or takes a lock. All that
 * changes who serves (probe results, people, ejections that are over, new addresses) takes the lock, comes from probes,
 * from people and from the keeper's thread, and ends in balancers that are built anew and swapped in.
 */
public final class Pool {
    /**
     * What lasts from one configuration to the next.
     *
     * @param lock held while backends change what they are
     * @param cursor of the balancers that take turns
     * @param backupCursor the same, for the backups
     * @param ejected backends that are out now; workers reserve a place in it before they eject
     * @param down whether the watcher knows that no backend serves
     * @param timesFull sessions that found all that serve with as many as they may have
     * @param latencies by worker; filled by that worker at its first session, so that an idle pool costs nothing
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
    /** What {@link #primary} and {@link #backup} were built for. Guarded by the lock. */
    private List<Weighted> primaries = List.of();

    private List<Weighted> backups = List.of();
    private volatile Balancer primary;
    private volatile Balancer backup;
    private volatile int serving;

    /**
     * Builds a pool without backends: {@link #setBackends} brings them.
     *
     * @param workers how many there are
     * @param wakeKeeper makes {@link #keep} be called soon; may be called by a worker, so it must not wait
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
    }

    /** The pool of the same name in the next configuration, with the backends that this one has now. */
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

    /** All that the configuration has, in its order; a host name stands for one backend per address. */
    public List<Backend> backends() {
        return backends;
    }

    /** How many of them take new sessions. */
    public int serving() {
        return serving;
    }

    /** Sessions that were refused since all backends that serve had as many connections as they may have. */
    public long timesFull() {
        return lasting.timesFull().get();
    }

    // ---- for workers ----

    /** The hash that {@link #pick} wants for a client; 0 where the pool does not look at it. */
    public long clientHash(InetSocketAddress client) {
        return primary instanceof ClientHash ? ClientHash.hash(client.getAddress()) : 0;
    }

    /**
     * Chooses a backend for a session and counts the session as open there, until {@link Backend#release}. Backups serve
     * only while none of the others can.
     *
     * @param clientHash what {@link #clientHash} gave
     * @param tried backends that this session has tried in vain
     * @return null if none is available
     */
    public @Nullable Backend pick(long clientHash, List<Backend> tried) {
        while (true) {
            Backend picked = primary.pick(clientHash, tried);
            if (picked == null) {
                picked = backup.pick(clientHash, tried);
            }
            if (picked == null && serving > 0 && tried.isEmpty()) {
                lasting.timesFull().incrementAndGet();
            }
            if (picked == null || picked.take()) {
                return picked;
            }
            // Other workers have filled it since it was looked at. Each time round one more session has found its
            // place.
        }
    }

    /**
     * The backend that {@link #pick} would give to a client now, where that follows from its address or from the order of
     * the file; null where it does not, and where none is available.
     */
    public @Nullable Backend foreseen(long clientHash) {
        return switch (config.balance()) {
            case FIRST, CLIENT_HASH -> {
                Backend picked = primary.pick(clientHash, List.of());
                yield picked == null ? backup.pick(clientHash, List.of()) : picked;
            }
            case ROUND_ROBIN, LEAST_CONNECTIONS, RANDOM_TWO -> null;
        };
    }

    /** An attempt to use a backend failed before its first byte, by the backend's own fault. */
    public void failed(Backend backend, long nowNanos) {
        backend.countFailure();
        blame(backend, nowNanos);
    }

    /**
     * A failure that was counted turns out to be the backend's own fault. The one that completes a row ejects the backend
     * at once, if the pool can spare it.
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
                && backend.ejection().readmit()) { // it takes none of those places that the others share
            lasting.ejected().decrementAndGet();
            return;
        }
        wakeKeeper.run();
    }

    /**
     * How many backends the pool can do without: its part of all, and never the last one that would serve, unless that part
     * is the whole. Those that are down, or that people have taken out, are no substitute.
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

    /** What worker number {@code worker} times of this pool. On that worker's thread. */
    public PoolLatencies latencies(int worker) {
        PoolLatencies known = lasting.latencies().get(worker);
        if (known == null) {
            known = new PoolLatencies();
            lasting.latencies().set(worker, known);
        }
        return known;
    }

    /** What all workers have timed so far. Any thread. */
    public List<PoolLatencies> allLatencies() {
        return IntStream.range(0, lasting.latencies().length())
                .mapToObj(lasting.latencies()::get)
                .filter(Objects::nonNull)
                .toList();
    }

    // ---- for probes, people and the keeper ----

    /** One address of one configured backend. */
    public record Member(BackendConfig config, InetSocketAddress address) {}

    /**
     * Says which backends there are. Those whose address was there before stay what they are, with their verdicts,
     * counters and sessions.
     *
     * @return those that were there and are not now: {@link #remove} is to be called with them once nobody picks from a
     *     predecessor any more
     */
    public List<Backend> setBackends(List<Member> members, long nowNanos) {
        synchronized (lasting.lock()) {
            List<Backend> before = backends;
            List<Backend> after = new ArrayList<>();
            for (Member member : members) {
                if (find(after, member.address()) != null) {
                    continue; // two names may lead to one address
                }
                Backend known = find(before, member.address());
                if (known == null || known.isRemoved()) { // removed by a predecessor: who comes back begins anew
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

    /** Says that backends are gone: they take no new session, and those that they have go on. */
    public void remove(List<Backend> gone, String why) {
        synchronized (lasting.lock()) {
            for (Backend old : gone) {
                old.setRemoved(why); // before the next: who ejects it from now on sees it
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
     * @param handshake whether the probe was of the kind that sessions need to succeed: such a success ends an ejection
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
        wakeKeeper.run(); // a reload may have put a successor into force meanwhile, which does not know yet
    }

    /**
     * Says what people want of a backend.
     *
     * @param why its reason while it is not ready, as {@code drained by ops}
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
        wakeKeeper.run(); // as above
    }

    /** Sets a backend's share until the next restart; 0 returns to the configured weight. */
    public void setWeight(Backend backend, int weight, long nowNanos) {
        synchronized (lasting.lock()) {
            if (weight != 0) {
                BackendConfig.WEIGHT.check(weight, "weight");
            }
            backend.overrideWeight(weight);
            rebuild(nowNanos);
        }
        wakeKeeper.run(); // as above
    }

    /**
     * Looks after what changes with time: ejections that are over, slow starts, and ejections that workers have made.
     *
     * @return true if it must be called again soon, though nobody asks for it
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
            return lasting.ejected().get() > 0 || backends.stream().anyMatch(Backend::isStartingSlowly);
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

    /** How much of its share a backend of this pool takes, in percent; 100 unless it has just come back. */
    public int slowStartPercent(Backend backend, long nowNanos) {
        long duration = config.slowStart() == null ? 1 : config.slowStart().toNanos();
        return backend.slowStartPercent(nowNanos, duration);
    }

    // ---- balancers ----

    /** Builds the balancers for what is so now, and tells the watcher what has become different. */
    private void rebuild(long nowNanos) {
        readmitTheLast(nowNanos);
        List<Weighted> primariesNow = weighted(false, nowNanos);
        if (!primariesNow.equals(primaries)) {
            primaries = primariesNow;
            primary = balancer(primaries, lasting.cursor());
        }
        List<Weighted> backupsNow = weighted(true, nowNanos);
        if (!backupsNow.equals(backups)) {
            backups = backupsNow;
            backup = balancer(backups, lasting.backupCursor());
        }
        backends.forEach(this::tell);
        serving = (int)
                backends.stream().filter(backend -> backend.state().serves()).count();
        boolean down = serving == 0;
        if (lasting.down().getAndSet(down) != down) { // a new pool is taken to serve: only the contrary is news
            watcher.onPool(this, serving);
        }
    }

    /** Who could be spared when it was ejected is needed once the others are gone: as {@link #spare}, for what comes later. */
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

    private List<Weighted> weighted(boolean backups, long nowNanos) {
        return backends.stream()
                .filter(backend -> backend.config().backup() == backups)
                .filter(backend -> backend.state().serves() && !isOutdone(backend))
                .map(backend -> new Weighted(backend, backend.weight() * slowStartPercent(backend, nowNanos)))
                .toList();
    }

    /**
     * Whether another address of its name has answered, and it has kept a probe waiting in vain: one of an address family
     * that leads nowhere from here, most likely. Until that is certain, sessions go to those that answer.
     */
    private boolean isOutdone(Backend backend) {
        return backend.state() == BackendState.UNPROBED
                && backend.lastProbe() != null
                && backends.stream()
                        .anyMatch(other -> other.state() == BackendState.UP
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
