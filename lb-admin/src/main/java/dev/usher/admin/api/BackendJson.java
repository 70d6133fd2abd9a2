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
        double sessionsPerSecond,
        double bytesPerSecond,
        long failuresTotal,
        double failuresPerSecond,
        @Nullable Instant lastFailure,
        long failedProbesTotal,
        long outagesTotal,
        double outageSecondsTotal,
        @Nullable Trouble trouble,
        long receivedBytesTotal,
        long sentBytesTotal,
        int slowStartPercent,
        @Nullable LastProbe lastProbe,
        @Nullable CertificateJson certificate) {
    record LastProbe(String text, Instant at, double tookSeconds) {}

    record Trouble(int sessions, String text, Instant since) {}

    static BackendJson of(BackendView backend) {
        BackendView.Counts counts = backend.counts();
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
                counts.traffic().sessions(),
                Text.rate(counts.traffic().sessionsPerSecond()),
                Text.rate(counts.traffic().bytesPerSecond()),
                counts.failures(),
                Text.rate(counts.failuresPerSecond()),
                counts.lastFailure(),
                counts.failedProbes(),
                counts.outages(),
                Text.seconds(counts.outageTime()),
                trouble(backend.trouble()),
                counts.traffic().receivedBytes(),
                counts.traffic().sentBytes(),
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
