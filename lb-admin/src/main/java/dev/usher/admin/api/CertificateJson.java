package dev.usher.admin.api;

import dev.usher.pool.CertificateSeen;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A certificate in the API. */
record CertificateJson(
        String subject,
        String issuer,
        List<String> names,
        String serial,
        Instant notBefore,
        Instant notAfter,
        long daysLeft,
        long secondsLeft,
        int chainLength,
        @Nullable Double warnExpiryDays,
        @Nullable String fault) {
    private static final long SECONDS_PER_DAY = Duration.ofDays(1).toSeconds();

    /** @param warnExpiry time before its end when warnings begin; null for none */
    static CertificateJson of(CertificateSeen seen, @Nullable Duration warnExpiry) {
        Duration left = Duration.between(Instant.now(), seen.notAfter());
        return new CertificateJson(
                seen.subject(),
                seen.issuer(),
                seen.names(),
                seen.serial(),
                seen.notBefore(),
                seen.notAfter(),
                left.toDays(),
                left.toSeconds(),
                seen.chainLength(),
                warnExpiry == null ? null : (double) warnExpiry.toSeconds() / SECONDS_PER_DAY,
                seen.fault());
    }
}
