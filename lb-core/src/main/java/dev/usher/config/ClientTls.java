package dev.usher.config;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Files for TLS to a source, in PEM.
 *
 * @param trustStore the certificates to trust; null trusts what the JDK trusts
 * @param cert the chain of the client certificate; null if absent
 * @param key of the client certificate; given exactly where {@code cert} is
 */
public record ClientTls(
        @Nullable Path trustStore,
        @Nullable Path cert,
        @Nullable Path key) {
    public static final ClientTls NONE = new ClientTls(null, null, null);

    public ClientTls {
        Check.that((cert == null) == (key == null), "cert and key go together");
    }

    public boolean isNone() {
        return trustStore == null && cert == null;
    }
}
