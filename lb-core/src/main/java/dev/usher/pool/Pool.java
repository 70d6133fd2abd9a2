package dev.usher.pool;

import dev.usher.config.Balance;
import dev.usher.config.PoolConfig;
import dev.usher.config.SourceAddress;
import dev.usher.metrics.PoolLatencies;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A named set of backends, as one configuration has it; each session gets one of the backends. Shared by the workers.
 *
 * <p>A reload makes a {@link #successor}: backends with unchanged addresses and the counters are kept, and the
 * configuration is new, so that routes and pools change in one step. A session keeps the pool of its start.
 *
 * <pre>
 *   workers ── pick, fared, blame ──> Serving <──replaced after each change── Roster <── probes, operators, keeper
 *             (no lock, no waiting)                                    (lock)
 * </pre>
 */
public final class Pool {
    private final PoolConfig config;
    private final PoolTimeouts timeouts;
    private final @Nullable InetSocketAddress source;
    private final PoolCounts counts;
    private final Roster roster;
    private final Runnable wakeKeeper;
    private final RandomGenerator draws;
    private volatile Serving current;
    /** Set before other threads see the pool. */
    private @Nullable ByName byName;

    /**
     * Builds a pool without backends; {@link Roster#setBackends} adds them.
     *
     * @param workers number of workers
     * @param wakeKeeper causes a call of {@link Roster#keep} soon; workers may call this, so it must not block
     * @param draws random numbers for picks
     */
    public Pool(PoolConfig config, int workers, PoolWatcher watcher, Runnable wakeKeeper, RandomGenerator draws) {
        this.config = config;
        this.timeouts = PoolTimeouts.of(config.timeouts());
        this.source = local(config.source());
        this.counts = new PoolCounts(workers);
        this.wakeKeeper = wakeKeeper;
        this.draws = draws;
        this.current = Serving.NONE;
        this.roster = new Roster(this, watcher, wakeKeeper);
    }

    /** Like {@link #Pool(PoolConfig, int, PoolWatcher, Runnable, RandomGenerator)}, with numbers that nobody foresees. */
    public Pool(PoolConfig config, int workers, PoolWatcher watcher, Runnable wakeKeeper) {
        this(config, workers, watcher, wakeKeeper, Draws.OF_THREADS);
    }

    private Pool(PoolConfig config, Pool predecessor) {
        this.config = config;
        this.timeouts = PoolTimeouts.of(config.timeouts());
        this.source = local(config.source());
        this.counts = predecessor.counts;
        this.wakeKeeper = predecessor.wakeKeeper;
        this.draws = predecessor.draws;
        this.current = predecessor.current.withoutBalancers();
        this.roster = new Roster(this, predecessor.roster);
    }

    private Pool(PoolConfig config, Pool template, Consumer<Pool> wakeKeeper) {
        this.config = config;
        this.timeouts = template.timeouts;
        this.source = template.source;
        this.counts = template.counts;
        this.wakeKeeper = () -> wakeKeeper.accept(this);
        this.draws = template.draws;
        this.current = Serving.NONE;
        this.roster = new Roster(this, PoolWatcher.NONE, this.wakeKeeper);
    }

    /**
     * A pool of a name behind this template, without backends yet. Its changes are no events, since clients choose
     * names.
     *
     * @param wakeKeeper causes a call of {@link Roster#keep} soon; workers may call this
     */
    public Pool named(PoolConfig filled, Consumer<Pool> wakeKeeper) {
        return new Pool(filled, this, wakeKeeper);
    }

    /** Sets the way to the backends that clients name; before the pool is in force. */
    public void findBy(ByName found) {
        byName = found;
    }

    /** The way to the backends that clients name; null if the backends are known. */
    public @Nullable ByName byName() {
        return byName;
    }

    /** Updates time-dependent state, like {@link Roster#keep}, behind a template too. */
    public boolean keep(long nowNanos) {
        boolean soon = roster.keep(nowNanos);
        return (byName != null && byName.keep(nowNanos)) || soon;
    }

    /** The pool of the same name in the next configuration, with the current backends of this pool. */
    public Pool successor(PoolConfig next) {
        return new Pool(next, this);
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

    /** The local address of connections to the backends; null lets the system choose. */
    public @Nullable InetSocketAddress source() {
        return source;
    }

    private static @Nullable InetSocketAddress local(@Nullable SourceAddress source) {
        return source == null ? null : new InetSocketAddress(InetAddress.ofLiteral(source.text()), 0);
    }

    /** Changes of the backends. Not for workers. */
    public Roster roster() {
        return roster;
    }

    /** The backends in the order of the configuration; a host name stands for one backend per address. */
    public List<Backend> backends() {
        return current.backends();
    }

    /** Random numbers for picks. */
    RandomGenerator draws() {
        return draws;
    }

    /** The present view of workers. */
    Serving current() {
        return current;
    }

    /** Replaces the view of workers; by the roster, under the lock. */
    void publish(Serving next) {
        current = next;
    }

    /** The number of backends that take new sessions. */
    public int serving() {
        return current.count();
    }

    /** Sessions refused because every serving backend was at its connection limit. */
    public long timesFull() {
        return counts.timesFull();
    }

    // ---- for workers ----

    /** The hash that {@link #pick} needs for a client; 0 if the pool's balancer ignores clients. */
    public long clientHash(InetSocketAddress client) {
        return config.balance() == Balance.CLIENT_HASH ? ClientHash.hash(client.getAddress()) : 0;
    }

    /**
     * Picks a backend for a session and counts the session as open there, until {@link Backend#release}. Backups serve
     * only while no primary can, and outdone addresses of a name only while neither can.
     *
     * @param clientHash result of {@link #clientHash}
     * @param tried backends where this session has failed already
     * @return null if no backend is available, or if the session belongs to the share that the pool refuses
     */
    public @Nullable Backend pick(long clientHash, List<Backend> tried) {
        if (tried.isEmpty() && isRefused()) {
            return null;
        }
        Serving serving = current;
        while (true) {
            Backend picked = serving.choose(clientHash, tried);
            if (picked == null && serving.count() > 0 && tried.isEmpty()) {
                counts.countFull();
            }
            if (picked == null || picked.take()) {
                return picked;
            }
            // Filled by sessions of other workers meanwhile. Each repetition means that such a session found its place,
            // so the loop ends.
        }
    }

    /** Whether a new session belongs to the part that leads nowhere. */
    private boolean isRefused() {
        int percent = config.refusedPercent();
        return percent > 0 && draws.nextInt(PoolConfig.REFUSED_PERCENT.max()) < percent;
    }

    /**
     * The backend that {@link #pick} would give to a client now, if the client's address or the file's order determines
     * it; null otherwise, and if none is available.
     */
    public @Nullable Backend foreseen(long clientHash) {
        return switch (config.balance()) {
            case FIRST, CLIENT_HASH -> current.choose(clientHash, List.of());
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

    /**
     * Blames the backend for a failure already counted. The failure that completes a row ejects the backend at once, if
     * the pool can spare it.
     */
    public void blame(Backend backend, long nowNanos) {
        if (backend.reachedFailureLimit(config.ejection()) && roster.eject(backend, nowNanos)) {
            wakeKeeper.run();
        }
    }

    /** The latencies of this pool as timed by worker number {@code worker}. On that worker's thread. */
    public PoolLatencies latencies(int worker) {
        return counts.latencies(worker);
    }

    /** The latencies timed by each worker so far. Any thread. */
    public List<PoolLatencies> allLatencies() {
        return counts.allLatencies();
    }

    // ---- for views ----

    /** The share of its weight that a backend of this pool gets, in percent; 100 unless a slow start is under way. */
    public int slowStartPercent(Backend backend, long nowNanos) {
        return backend.share().percent(nowNanos, config.slowStart());
    }

    @Override
    public String toString() {
        return name();
    }
}
