package dev.usher.admin.api;

import dev.usher.pool.CertificateSeen;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A certificate as the API writes it. */
record CertificateJson(
        String subject,
        String issuer,
        List<String> names,
        String serial,
        Instant notBefore,
        Instant notAfter,
        long daysLeft,
        int chainLength,
        @Nullable String fault) {
    static CertificateJson of(CertificateSeen seen) {
        return new CertificateJson(
                seen.subject(),
                seen.issuer(),
                seen.names(),
                seen.serial(),
                seen.notBefore(),
                seen.notAfter(),
                Math.floorDiv(
                        Duration.between(Instant.now(), seen.notAfter()).toSeconds(),
                        Duration.ofDays(1).toSeconds()),
                seen.chainLength(),
                seen.fault());
    }
}
