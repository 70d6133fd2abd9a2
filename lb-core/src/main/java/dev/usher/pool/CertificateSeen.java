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

    /** Whether it is good for {@code name}: a wildcard stands for exactly one label (RFC 6125 section 6.4.3). */
    public boolean covers(String name) {
        for (String own : names) {
            if (own.equals(name)) {
                return true;
            }
            int dot = name.indexOf('.');
            if (own.startsWith("*.")
                    && dot > 0
                    && own.regionMatches(1, name, dot, name.length() - dot)
                    && own.length() - 1 == name.length() - dot) {
                return true;
            }
        }
        return false;
    }
}
