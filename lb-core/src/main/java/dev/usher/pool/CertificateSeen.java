package dev.usher.pool;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The certificate that a backend showed to a probe.
 *
 * @param names DNS names and addresses in lower case; wildcards as they stand
 * @param subject distinguished name of the subject
 * @param issuer distinguished name of the issuer
 * @param serial in hex
 * @param chainLength certificates in the chain, including this certificate
 * @param fault reason for a failed verification; null if verified, or if verification is off
 */
public record CertificateSeen(
        List<String> names,
        String subject,
        String issuer,
        String serial,
        Instant notBefore,
        Instant notAfter,
        int chainLength,
        @Nullable String fault) {
    public CertificateSeen {
        names = List.copyOf(names);
    }

    /** Whether the certificate is valid for {@code name}. */
    public boolean covers(String name) {
        return names.stream().anyMatch(own -> covers(own, name));
    }

    /** Whether a certificate's name matches {@code name}: a wildcard stands for one label (RFC 6125 section 6.4.3). */
    public static boolean covers(String own, String name) {
        if (!own.startsWith("*.")) {
            return own.equals(name);
        }
        int dot = name.indexOf('.');
        return dot > 0 && own.substring(1).equals(name.substring(dot));
    }
}
