package dev.usher.view;

import dev.usher.config.BackendConfig;
import dev.usher.metrics.Traffic;
import dev.usher.pool.AdminState;
import dev.usher.pool.Backend;
import dev.usher.pool.BackendCounts;
import dev.usher.pool.BackendState;
import dev.usher.pool.CertificateSeen;
import dev.usher.pool.Pool;
import dev.usher.pool.RecentSessions.Trouble;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A backend of a pool.
 *
 * @param address IP address and port: the backend's label in logs, metrics and paths
 * @param configuredName host and port in the configuration: a host name if configured by name
 * @param reason reason for the state, in words
 * @param since time of the last change of state, by the wall clock
 * @param ejectedUntil latest end of the ejection, by the wall clock; null unless ejected
 * @param adminState the operator's order
 * @param weight 1..256; an operator's weight overrides the configured weight
 * @param backup whether the backend serves only while no primary does
 * @param open sessions that are connected or connecting to this backend
 * @param maxConnections limit of {@code open}; {@link BackendConfig#NO_LIMIT} for none
 * @param counts sessions, failures and outages so far
 * @param trouble complaint of the last sessions; null if there is none
 * @param wasReached whether a probe or a session has ever reached this backend
 * @param slowStartPercent current share in a slow start, 1..100; 100 unless a slow start is under way
 * @param lastProbe null before the first probe, and if not probed
 * @param certificate certificate seen last; null if no probe has made a TLS handshake
 * @param warnExpiry time before the certificate's end when warnings begin; null for no warning
 */
public record BackendView(
        String address,
        String configuredName,
        BackendState state,
        String reason,
        Instant since,
        @Nullable Instant ejectedUntil,
        AdminState adminState,
        int weight,
        int configuredWeight,
        boolean backup,
        int open,
        int maxConnections,
        Counts counts,
        @Nullable Trouble trouble,
        boolean wasReached,
        int slowStartPercent,
        @Nullable ProbeView lastProbe,
        @Nullable CertificateSeen certificate,
        @Nullable Duration warnExpiry) {
    /**
     * The result of the last probe.
     *
     * @param at end of the probe, by the wall clock
     */
    public record ProbeView(String text, Instant at, Duration took) {}

    /**
     * The counts of a backend.
     *
     * @param traffic ended sessions on the backend
     * @param failures failed attempts: no first byte came
     * @param failuresPerSecond over the last minute
     * @param lastFailure by the wall clock; null before the first
     * @param failedProbes failed probes, also without a change of state
     * @param outages times down or ejected
     * @param outageTime time down or ejected, until now
     */
    public record Counts(
            Traffic.Figures traffic,
            long failures,
            double failuresPerSecond,
            @Nullable Instant lastFailure,
            long failedProbes,
            long outages,
            Duration outageTime) {
        static Counts of(BackendCounts counts, long nowNanos) {
            return new Counts(
                    counts.traffic().figures(),
                    counts.failures(),
                    counts.failuresPerSecond(),
                    counts.lastFailure(),
                    counts.failedProbes(),
                    counts.outages(),
                    counts.outageTime(nowNanos));
        }
    }

    /** The current state of a backend. Any thread except a worker's. */
    public static BackendView of(Pool pool, Backend backend, long nowNanos) {
        BackendConfig config = backend.config();
        Backend.LastProbe probe = backend.lastProbe();
        return new BackendView(
                backend.name(),
                backend.configuredName(),
                backend.state(),
                backend.reason(),
                Instant.ofEpochMilli(backend.changedMillis()),
                backend.ejectedUntil(nowNanos),
                backend.adminState(),
                backend.weight(),
                config.weight(),
                config.backup(),
                backend.open(),
                config.maxConnections(),
                Counts.of(backend.counts(), nowNanos),
                backend.trouble(),
                backend.wasReached(),
                pool.slowStartPercent(backend, nowNanos),
                probe == null
                        ? null
                        : new ProbeView(
                                probe.text(), Instant.ofEpochMilli(probe.atMillis()), Duration.ofNanos(probe.nanos())),
                backend.certificate(),
                pool.config().healthCheck().warnExpiry());
    }
}
