package dev.usher.pool;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The certificate that a backend showed to a probe.
 *
 * @param names its DNS names and addresses, lower case; wildcards as they stand
 * @param subject its distinguished name
 * @param issuer the distinguished name of who signed it
 * @param serial in hex
 * @param chainLength certificates that came with it, itself included
 * @param fault why it does not verify; null if it does, or was not to be verified
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

    /** Whether it is good for {@code name}. */
    public boolean covers(String name) {
        return names.stream().anyMatch(own -> covers(own, name));
    }

    /** Whether a name of a certificate is good for {@code name}: a wildcard stands for one label (RFC 6125 section 6.4.3). */
    public static boolean covers(String own, String name) {
        if (!own.startsWith("*.")) {
            return own.equals(name);
        }
        int dot = name.indexOf('.');
        return dot > 0 && own.substring(1).equals(name.substring(dot));
    }
}
