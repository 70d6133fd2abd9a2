package dev.usher.config;

import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * A URL whose answer has routes and pools.
 *
 * @param url http or https
 * @param token sent as a bearer token, over https alone; null if absent
 * @param tlsFiles for https alone
 */
public record HttpSource(URI url, @Nullable Secret token, ClientTls tlsFiles) implements SourceKind {
    public HttpSource {
        SourceUrl.check(Check.present(url, "url"));
        boolean https = SourceUrl.isHttps(url);
        Check.that(https || token == null, "token goes over https only: anybody on the way could read it");
        Check.that(
                https || Check.present(tlsFiles, "tls_files").isNone(), "trust_store, cert and key are for https only");
    }

    @Override
    public SourceType type() {
        return SourceType.HTTP;
    }
}
