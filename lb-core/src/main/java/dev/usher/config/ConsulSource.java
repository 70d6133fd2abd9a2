package dev.usher.config;

import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * Services with tags, of Consul.
 *
 * @param url of the HTTP API
 * @param token sent over https, and to this machine; null if absent
 * @param datacenter null for that of the agent
 * @param tlsFiles for https alone
 */
public record ConsulSource(
        URI url, @Nullable Secret token, @Nullable String datacenter, ClientTls tlsFiles) implements SourceKind {
    public static final URI DEFAULT_URL = URI.create("http://127.0.0.1:8500");

    public ConsulSource {
        SourceUrl.check(Check.present(url, "url"));
        Check.that(
                url.getRawQuery() == null
                        && (url.getRawPath().isEmpty() || url.getRawPath().equals("/")),
                "url is that of the agent alone, as " + DEFAULT_URL);
        boolean https = SourceUrl.isHttps(url);
        Check.that(
                token == null || https || SourceUrl.isLoopback(url),
                "token goes over https or to this machine only: anybody on the way could read it");
        Check.that(
                https || Check.present(tlsFiles, "tls_files").isNone(), "trust_store, cert and key are for https only");
        Check.that(datacenter == null || Check.isName(datacenter), "datacenter is not the name of one");
    }

    @Override
    public SourceType type() {
        return SourceType.CONSUL;
    }
}
