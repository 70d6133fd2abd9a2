package dev.usher.admin.api;

import dev.usher.config.BackendConfig;
import dev.usher.config.Spelling;
import dev.usher.pool.RecentSessions;
import dev.usher.view.BackendView;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A backend in the API. */
record BackendJson(
        String address,
        String name,
        String state,
        String reason,
        Instant since,
        @Nullable Instant ejectedUntil,
        String adminState,
        int weight,
        int configuredWeight,
        boolean backup,
        int open,
        @Nullable Integer maxConnections,
        long sessionsTotal,
        long failuresTotal,
        @Nullable Trouble trouble,
        long receivedBytesTotal,
        long sentBytesTotal,
        int slowStartPercent,
        @Nullable LastProbe lastProbe,
        @Nullable CertificateJson certificate) {
    record LastProbe(String text, Instant at, double tookSeconds) {}

    record Trouble(int sessions, String text, Instant since) {}

    static BackendJson of(BackendView backend) {
        return new BackendJson(
                backend.address(),
                backend.configuredName(),
                Spelling.snake(backend.state()),
                backend.reason(),
                backend.since(),
                backend.ejectedUntil(),
                Spelling.snake(backend.adminState()),
                backend.weight(),
                backend.configuredWeight(),
                backend.backup(),
                backend.open(),
                backend.maxConnections() == BackendConfig.NO_LIMIT ? null : backend.maxConnections(),
                backend.sessions(),
                backend.failures(),
                trouble(backend.trouble()),
                backend.bytesIn(),
                backend.bytesOut(),
                backend.slowStartPercent(),
                lastProbe(backend.lastProbe()),
                backend.certificate() == null ? null : CertificateJson.of(backend.certificate(), backend.warnExpiry()));
    }

    private static @Nullable Trouble trouble(RecentSessions.@Nullable Trouble seen) {
        return seen == null ? null : new Trouble(seen.sessions(), seen.text(), seen.since());
    }

    private static @Nullable LastProbe lastProbe(BackendView.@Nullable ProbeView probe) {
        return probe == null ? null : new LastProbe(probe.text(), probe.at(), Text.seconds(probe.took()));
    }
}
