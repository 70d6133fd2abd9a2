package dev.usher.pool;

import dev.usher.config.BackendConfig;
import dev.usher.config.EjectionConfig;
import dev.usher.config.HealthCheckConfig;
import dev.usher.config.HostPort;
import dev.usher.time.WallClock;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * One address that can serve, as all workers see it. Every field is safe to read racily: a pick that is a moment out of
 * date is as good as one that was made a moment ago. It lives through reloads: as long as the configuration or a name's
 * resolution has its address, its verdicts, counters and sessions stay.
 *
 * <p>Three parties say whether it serves: probes, sessions that failed on it, and people. It does while none is against.
 */
public final class Backend {
    private final InetSocketAddress address;
    private final String name;
    private volatile BackendConfig config;

    /** Guarded by the pool's lock. */
    private ProbeCounts probes = new ProbeCounts();

    private volatile BackendState verdict = BackendState.UNPROBED;
    private final Ejection ejection = new Ejection();
    private volatile AdminState adminState = AdminState.READY;
    /** True exactly when the configuration, or what its name resolves to, does not have it any more. */
    private volatile boolean removed;
    /** What people set at run time, or 0 for what the configuration says. */
    private volatile int weightOverride;
    /** When it came back from being down or ejected; null unless a slow start is under way. */
    private volatile @Nullable Long slowStartNanos;

    private volatile @Nullable LastProbe lastProbe;
    private volatile @Nullable CertificateSeen certificate;
    /** Guarded by the pool's lock, as are all writes of the verdict and what people said. */
    private BackendState told = BackendState.UNPROBED;

    /** Of what probes and sessions have found. */
    private volatile String reason = "not probed yet";
    /** Who took it out, or why it is gone; of no meaning while nobody did. */
    private volatile String outReason = "";

    private volatile long changedMillis = WallClock.millis();

    private final AtomicInteger open = new AtomicInteger();
    private final LongAdder sessions = new LongAdder();
    private final LongAdder failures = new LongAdder();
    private final LongAdder bytesIn = new LongAdder();
    private final LongAdder bytesOut = new LongAdder();
    private final RecentSessions recent = new RecentSessions();
    /** Whether a probe or a session has ever got through to it. */
    private volatile boolean reached;

    /** @param address resolved, of the host and port that {@code config} names */
    Backend(BackendConfig config, InetSocketAddress address) {
        this.config = config;
        this.address = address;
        this.name = HostPort.of(address.getAddress().getAddress(), address.getPort())
                .toString();
    }

    // ---- what it is ----

    /** Address and port, in digits: its label in logs and metrics. */
    public String name() {
        return name;
    }

    /** Where to connect. */
    public InetSocketAddress address() {
        return address;
    }

    /** What the configuration says of it, or of the name that it stands behind. */
    public BackendConfig config() {
        return config;
    }

    void reconfigure(BackendConfig changed) {
        config = changed;
    }

    /** What it is now. */
    public BackendState state() {
        if (removed || adminState == AdminState.DRAIN) {
            return BackendState.DRAINING;
        }
        if (adminState == AdminState.DISABLED) {
            return BackendState.DISABLED;
        }
        if (verdict == BackendState.DOWN) {
            return BackendState.DOWN;
        }
        return ejection.isEjected() ? BackendState.EJECTED : verdict;
    }

    /** Why it is what it is, in words. */
    public String reason() {
        return isOut() ? outReason : reason;
    }

    /** Since when, in milliseconds of the wall clock: for people to read, not to reckon with. */
    public long changedMillis() {
        return changedMillis;
    }

    /** When it is let back at the latest, by the wall clock; null unless it is ejected. */
    public @Nullable Instant ejectedUntil(long nowNanos) {
        Duration left = ejectedFor(nowNanos);
        return left == null ? null : Instant.ofEpochMilli(WallClock.millis()).plus(left);
    }

    /** How long it is still left out, unless something lets it back before; null unless it is ejected. */
    @Nullable
    Duration ejectedFor(long nowNanos) {
        return state() == BackendState.EJECTED ? Duration.ofNanos(Math.max(0, ejection.untilNanos() - nowNanos)) : null;
    }

    /** Why it takes no new session, or null if it does. */
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

    /** True exactly when a new session may go to it: as {@link #unavailable}, without the words. */
    boolean isAvailable() {
        return state().serves() && !isFull();
    }

    private boolean isFull() {
        int max = config.maxConnections();
        return max != BackendConfig.NO_LIMIT && open.get() >= max;
    }

    // ---- weight ----

    /** Its share, as people or the configuration have set it; a slow start not counted. */
    public int weight() {
        return weightOverride == 0 ? config.weight() : weightOverride;
    }

    /** Sets its share until the next restart; 0 returns to the configured weight. */
    void overrideWeight(int weight) {
        weightOverride = weight;
    }

    /** How far its slow start is, in percent; 100 where none is under way. Never 0: it must be seen to work. */
    int slowStartPercent(long nowNanos, long durationNanos) {
        Long began = slowStartNanos;
        return began == null ? 100 : Math.clamp((nowNanos - began) * 100 / durationNanos, 1, 100);
    }

    void endSlowStart() {
        slowStartNanos = null;
    }

    void beginSlowStart(long nowNanos) {
        slowStartNanos = nowNanos;
    }

    boolean isStartingSlowly() {
        return slowStartNanos != null;
    }

    // ---- what the three parties say; the keeper of the pools alone calls these ----

    /** Counts a probe's result; true if the verdict changed. */
    boolean probed(ProbeOutcome outcome, String result, HealthCheckConfig check) {
        BackendState before = verdict;
        BackendState after = probes.count(outcome, check.rise(), check.fall());
        verdict = after;
        reached |= outcome == ProbeOutcome.SUCCESS;
        if (before != after) {
            changed(result);
        } else if (after == BackendState.UNPROBED && outcome == ProbeOutcome.TIMEOUT) {
            reason = "no probe has been answered yet: " + result; // since when stays: nothing is decided
        }
        return before != after;
    }

    /** Nobody probes it: it is up until sessions find otherwise. */
    void unprobed() {
        probes = new ProbeCounts(); // should it be probed again, the first result decides again
        if (verdict != BackendState.UP) {
            verdict = BackendState.UP;
            changed("not probed");
        }
    }

    /** @param why shown until it is ready again: then the reason is that of the probes and sessions */
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

    /** True exactly if it is gone or people took it out: what probes and sessions find is then not its state. */
    private boolean isOut() {
        return removed || adminState != AdminState.READY;
    }

    boolean isRemoved() {
        return removed;
    }

    /** The state that the watcher knows. */
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

    /** Shows what the last probe found. By the one that probes it. */
    public void showProbe(String text, long nanos, @Nullable CertificateSeen seen) {
        lastProbe = new LastProbe(text, nanos, WallClock.millis());
        if (seen != null) {
            certificate = seen;
        }
    }

    /**
     * What the last probe found.
     *
     * @param nanos how long it took
     * @param atMillis when it ended, by the wall clock
     */
    public record LastProbe(String text, long nanos, long atMillis) {}

    /** Null before the first probe. */
    public @Nullable LastProbe lastProbe() {
        return lastProbe;
    }

    /** The certificate that it showed last; null if no probe has shaken hands with it. */
    public @Nullable CertificateSeen certificate() {
        return certificate;
    }

    // ---- what workers say ----

    /** Gives it a session, to be {@link #release released} once; false if others have meanwhile filled it. */
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

    /** A session that was given to it is over, or goes to another one. */
    public void release() {
        open.decrementAndGet();
    }

    /** An attempt to use it failed before its first byte, whoever is at fault. */
    public void countFailure() {
        failures.increment();
    }

    /** Its first byte has come, and it is not a complaint. */
    public void succeeded() {
        ejection.succeeded();
    }

    /**
     * Notes how a session, or an attempt of one, fared with it.
     *
     * @param mark of the client, by {@link RecentSessions#mark}
     */
    public void fared(RecentSessions.Outcome outcome, int mark) {
        recent.add(outcome, mark);
        if (!reached && outcome != RecentSessions.Outcome.NOT_CONNECTED) {
            reached = true;
        }
    }

    /** What its last sessions say against it, where it serves; null if nothing does. */
    public RecentSessions.@Nullable Trouble trouble() {
        return state().serves() ? recent.trouble() : null;
    }

    /** Whether a probe or a session has ever got through to it. */
    public boolean wasReached() {
        return reached;
    }

    boolean reachedFailureLimit(EjectionConfig config) {
        return ejection.failed(config);
    }

    /** A session with it has ended. */
    public void served(long fromClient, long toClient) {
        sessions.increment();
        bytesIn.add(fromClient);
        bytesOut.add(toClient);
    }

    // ---- counters ----

    /** Sessions that it has now. */
    public int open() {
        return open.get();
    }

    /** What {@link #open()} reads, for who reads it often. */
    AtomicInteger openCount() {
        return open;
    }

    public long sessions() {
        return sessions.sum();
    }

    public long failures() {
        return failures.sum();
    }

    public long bytesIn() {
        return bytesIn.sum();
    }

    public long bytesOut() {
        return bytesOut.sum();
    }

    @Override
    public String toString() {
        return name;
    }
}
