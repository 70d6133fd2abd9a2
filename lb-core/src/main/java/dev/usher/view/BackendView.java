package dev.usher.view;

import dev.usher.config.BackendConfig;
import dev.usher.pool.AdminState;
import dev.usher.pool.Backend;
import dev.usher.pool.BackendState;
import dev.usher.pool.CertificateSeen;
import dev.usher.pool.Pool;
import dev.usher.pool.RecentSessions.Trouble;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One backend of one pool.
 *
 * @param address IP address and port: its name in logs, metrics and paths
 * @param configuredName what the configuration calls it: a host name and port where it has one
 * @param reason why it is in its state, in words
 * @param since when its state last changed, by the wall clock
 * @param ejectedUntil when it is let back at the latest, by the wall clock; null unless it is ejected
 * @param adminState what people said
 * @param weight its share, 1..256; what people set goes before the configuration
 * @param backup whether it serves only while no other does
 * @param open sessions that hold a connection to it or are about to
 * @param maxConnections the most that {@code open} may be; {@link BackendConfig#NO_LIMIT} for any number
 * @param sessions that reached it and have ended
 * @param failures attempts that failed before the first byte
 * @param trouble what its last sessions say against it; null if nothing does
 * @param wasReached whether a probe or a session has ever got through to it
 * @param bytesIn from clients, of ended sessions
 * @param bytesOut to clients, of ended sessions
 * @param slowStartPercent how much of its share it takes by now, 1..100; 100 unless it has just come back
 * @param lastProbe null before the first, and where it is not probed
 * @param certificate that it showed last; null if no probe has shaken hands with it
 * @param warnExpiry how long before the certificate's end there is a warning; null for none
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
        long sessions,
        long failures,
        @Nullable Trouble trouble,
        boolean wasReached,
        long bytesIn,
        long bytesOut,
        int slowStartPercent,
        @Nullable ProbeView lastProbe,
        @Nullable CertificateSeen certificate,
        @Nullable Duration warnExpiry) {
    /**
     * What the last probe found.
     *
     * @param at when it ended, by the wall clock
     */
    public record ProbeView(String text, Instant at, Duration took) {}

    /** The backend as it is now. Any thread but a worker's. */
    public static BackendView of(Pool pool, Backend backend, long nowNanos) {
        BackendConfig config = backend.config();
        Backend.LastProbe probe = backend.lastProbe();
        return new BackendView(
                backend.name(),
                config.address().toString(),
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
                backend.sessions(),
                backend.failures(),
                backend.trouble(),
                backend.wasReached(),
                backend.bytesIn(),
                backend.bytesOut(),
                pool.slowStartPercent(backend, nowNanos),
                probe == null
                        ? null
                        : new ProbeView(
                                probe.text(), Instant.ofEpochMilli(probe.atMillis()), Duration.ofNanos(probe.nanos())),
                backend.certificate(),
                pool.config().healthCheck().warnExpiry());
    }
}
