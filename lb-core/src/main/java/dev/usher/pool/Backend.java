package dev.usher.pool;

import dev.usher.config.BackendConfig;
import dev.usher.config.EjectionConfig;
import dev.usher.config.HealthCheckConfig;
import dev.usher.time.WallClock;
import java.net.SocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * An address that can serve, shared by the workers. Every field may be read without a lock: a pick based on a value
 * that is a moment old is good enough. A backend lives through reloads: while the configuration, or a name's
 * resolution, still has the address, its verdict, counters and sessions stay.
 *
 * <p>Three parties decide whether a backend serves: probes, failed sessions, and operators. A backend serves while no
 * party objects.
 */
public final class Backend {
    private final SocketAddress address;
    private final String name;
    private volatile BackendConfig config;
    private volatile String configuredName;

    /** Guarded by the pool's lock. */
    private ProbeCounts probes = new ProbeCounts();

    private volatile BackendState verdict = BackendState.UNPROBED;
    private final Ejection ejection = new Ejection();
    private volatile AdminState adminState = AdminState.READY;
    /** True exactly when neither the configuration nor the resolution of its name has this address any more. */
    private volatile boolean removed;

    private final Share share = new Share();
    private volatile @Nullable LastProbe lastProbe;
    private volatile @Nullable CertificateSeen certificate;
    /**
     * The state last reported to the watcher. Guarded by the pool's lock, as are all writes of verdict and admin state.
     */
    private BackendState told = BackendState.UNPROBED;

    /** Reason of the last change by probes or sessions; of a backend that is down, the fault of the last failed probe. */
    private volatile String reason = "not probed yet";
    /** Reason for the operator's order or the removal; meaningless in state READY. */
    private volatile String outReason = "";

    private volatile long changedMillis = WallClock.millis();

    private final AtomicInteger open = new AtomicInteger();
    private final BackendCounts counts = new BackendCounts();
    private final RecentSessions recent = new RecentSessions();
    private final Reach reach = new Reach();

    /** @param address of {@code config}, resolved */
    Backend(BackendConfig config, SocketAddress address) {
        this.config = config;
        this.configuredName = config.address().toString();
        this.address = address;
        this.name = SocketText.of(address);
    }

    // ---- identity ----

    /** Address and port in digits, or the path of a unix socket: the backend's label in logs and metrics. */
    public String name() {
        return name;
    }

    /** The address to connect to. */
    public SocketAddress address() {
        return address;
    }

    /** The configuration of this backend, or of the host name that resolved to this address. */
    public BackendConfig config() {
        return config;
    }

    /** The address in the configuration. Kept, since views of thousands of backends ask each second. */
    public String configuredName() {
        return configuredName;
    }

    void reconfigure(BackendConfig changed) {
        config = changed;
        configuredName = changed.address().toString();
    }

    /** The current state. */
    public BackendState state() {
        if (removed || adminState == AdminState.DRAIN) {
            return BackendState.DRAINING;
        }
        if (adminState == AdminState.DISABLED) {
            return BackendState.DISABLED;
        }
        return health();
    }

    /** The state by probes and sessions alone. */
    public BackendState health() {
        return verdict != BackendState.DOWN && ejection.isEjected() ? BackendState.EJECTED : verdict;
    }

    /** The reason for the {@link #health}, in words. */
    public String healthReason() {
        return reason;
    }

    /** The reason for the current state, in words. */
    public String reason() {
        return isOut() ? outReason : reason;
    }

    /** The time of the last change, in milliseconds of the wall clock; for display, not for arithmetic. */
    public long changedMillis() {
        return changedMillis;
    }

    /** The latest end of the ejection, by the wall clock; null unless ejected. */
    public @Nullable Instant ejectedUntil(long nowNanos) {
        Duration left = ejectedFor(nowNanos);
        return left == null ? null : Instant.ofEpochMilli(WallClock.millis()).plus(left);
    }

    /** The longest remaining time of the ejection; null unless ejected. */
    @Nullable
    Duration ejectedFor(long nowNanos) {
        return state() == BackendState.EJECTED ? Duration.ofNanos(Math.max(0, ejection.untilNanos() - nowNanos)) : null;
    }

    /** The reason for taking no new session, or null if the backend is available. */
    public @Nullable String unavailable() {
        BackendState state = state();
        if (!state.serves()) {
            boolean out = state == BackendState.DRAINING || state == BackendState.DISABLED;
            return out
                    ? state.word() + " (" + reason().replaceFirst("^(?:drained|disabled) by", "by")
                            + "): no new sessions"
                    : state.word() + ": " + reason();
        }
        return isFull() ? "it has " + open.get() + " of " + config.maxConnections() + " connections" : null;
    }

    /** True exactly when a new session may be sent here: same as {@link #unavailable}, without the words. */
    boolean isAvailable() {
        return state().serves() && !isFull();
    }

    private boolean isFull() {
        int max = config.maxConnections();
        return max != BackendConfig.NO_LIMIT && open.get() >= max;
    }

    /** The weight set by an operator; 0 for the configured weight. */
    public int orderedWeight() {
        return share.override();
    }

    /** The weight set by an operator or the configuration, without slow start. */
    public int weight() {
        return share.weight(config.weight());
    }

    Share share() {
        return share;
    }

    // ---- reports of probes, sessions and operators, by the roster ----

    /**
     * Counts a probe's result.
     *
     * @return true if the verdict changed
     */
    boolean probed(ProbeOutcome outcome, String result, HealthCheckConfig check) {
        BackendState before = verdict;
        BackendState after = probes.count(outcome, check.rise(), check.fall());
        verdict = after;
        if (outcome == ProbeOutcome.SUCCESS) {
            reach.reached();
        } else if (outcome.isFailure()) {
            counts.countFailedProbe();
        }
        if (before == BackendState.DOWN && after == BackendState.UP) {
            recent.forget();
        }
        if (before != after) {
            changed(result);
        } else if (after == BackendState.UNPROBED && outcome == ProbeOutcome.TIMEOUT) {
            reason = "no probe has been answered yet: " + result; // changedMillis stays, since nothing is decided yet
        } else if (after == BackendState.DOWN && outcome.isFailure()) {
            reason = result; // the fault of now; changedMillis stays, since the backend is still down
        }
        return before != after;
    }

    /** Marks the backend as not probed: up, until sessions fail. */
    void unprobed() {
        probes = new ProbeCounts(); // if probing resumes, the first result decides again
        if (verdict != BackendState.UP) {
            verdict = BackendState.UP;
            changed("not probed");
        }
    }

    /** @param why shown until the state is READY again; probes and sessions then give the reason */
    void setAdminState(AdminState state, String why) {
        outReason = why;
        adminState = state;
        changedMillis = WallClock.millis();
    }

    void setRemoved(String why) {
        outReason = why;
        removed = true;
        changedMillis = WallClock.millis();
    }

    /**
     * True exactly if removed or taken out by an operator: findings of probes and sessions then do not show as its
     * state.
     */
    private boolean isOut() {
        return removed || adminState != AdminState.READY;
    }

    boolean isRemoved() {
        return removed;
    }

    /** The state last reported to the watcher. */
    BackendState told() {
        return told;
    }

    void setTold(BackendState state) {
        told = state;
    }

    public AdminState adminState() {
        return adminState;
    }

    Ejection ejection() {
        return ejection;
    }

    void changed(String why) {
        reason = why;
        if (!isOut()) {
            changedMillis = WallClock.millis();
        }
    }

    /** Publishes the result of the last probe. Called by the prober of this backend. */
    public void showProbe(String text, long nanos, @Nullable CertificateSeen seen) {
        lastProbe = new LastProbe(text, nanos, WallClock.millis());
        if (seen != null) {
            certificate = seen;
        }
    }

    /**
     * The result of the last probe.
     *
     * @param nanos duration of the probe
     * @param atMillis end of the probe, by the wall clock
     */
    public record LastProbe(String text, long nanos, long atMillis) {}

    /** The last probe's result; null before the first probe. */
    public @Nullable LastProbe lastProbe() {
        return lastProbe;
    }

    /** The certificate seen last; null if no probe has made a TLS handshake here. */
    public @Nullable CertificateSeen certificate() {
        return certificate;
    }

    // ---- reports of workers ----

    /**
     * Reserves a place for a session, to be {@link #release released} once.
     *
     * @return false if other sessions have filled the backend meanwhile
     */
    boolean take() {
        int max = config.maxConnections();
        if (max == BackendConfig.NO_LIMIT) {
            open.incrementAndGet();
            return true;
        }
        for (int now = open.get(); now < max; now = open.get()) {
            if (open.compareAndSet(now, now + 1)) {
                return true;
            }
        }
        return false;
    }

    /** Frees the place of a session that has ended or moved to a different backend. */
    public void release() {
        open.decrementAndGet();
    }

    /** Called when the first bytes have come and are no complaint. */
    public void succeeded() {
        ejection.succeeded();
    }

    /**
     * Records the outcome of a session or of an attempt.
     *
     * @param mark of the client, by {@link RecentSessions#mark}
     * @return true if balancers may have to change: the address is reached for the first time, or was tried in vain
     */
    boolean fared(RecentSessions.Outcome outcome, int mark, long nowNanos) {
        recent.add(outcome, mark);
        return outcome == RecentSessions.Outcome.NOT_CONNECTED ? reach.failed(nowNanos) : reach.reached();
    }

    /** The complaint of recent sessions, while the backend serves; null if there is no complaint. */
    public RecentSessions.@Nullable Trouble trouble() {
        return state().serves() ? recent.trouble() : null;
    }

    /** Whether a probe or a session has ever reached this backend. */
    public boolean wasReached() {
        return reach.wasReached();
    }

    Reach reach() {
        return reach;
    }

    boolean reachedFailureLimit(EjectionConfig config) {
        return ejection.failed(config);
    }

    // ---- counters ----

    /** Open sessions. */
    public int open() {
        return open.get();
    }

    /** The counter behind {@link #open()}, for frequent readers. */
    AtomicInteger openCount() {
        return open;
    }

    /** Sessions, failures and outages, for people. */
    public BackendCounts counts() {
        return counts;
    }

    @Override
    public String toString() {
        return name;
    }
}
