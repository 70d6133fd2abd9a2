package dev.usher.config;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/**
 * A pattern of names with its pool and the sources that may use it.
 *
 * @param alpn protocol to pool, for hellos that offer the protocol: {@code acme-tls/1} is the known case
 * @param allow sources that may use the route; empty allows every source
 * @param deny sources that may not use the route, even if in {@code allow}
 * @param listeners the TLS listeners of the route; empty stands for every TLS listener
 */
public record RouteConfig(
        RoutePattern pattern,
        String pool,
        Map<String, String> alpn,
        List<Cidr> allow,
        List<Cidr> deny,
        List<String> listeners) {
    /** A protocol name has 1 to 255 bytes (RFC 7301 section 3.1). */
    public static final IntRange ALPN_BYTES = new IntRange(1, 255);

    public RouteConfig {
        Check.present(pattern, "route");
        Check.notBlank(pool, "pool");
        alpn = Check.ordered(alpn, "alpn");
        for (String protocol : alpn.keySet()) {
            ALPN_BYTES.check(protocol.getBytes(StandardCharsets.UTF_8).length, "length of an alpn protocol");
        }
        allow = Check.distinct(allow, "allow");
        deny = Check.distinct(deny, "deny");
        listeners = Check.distinct(listeners, "listeners");
    }

    /** A route without conditions. */
    public static RouteConfig of(String pattern, String pool) {
        return new RouteConfig(RoutePattern.parse(pattern), pool, Map.of(), List.of(), List.of(), List.of());
    }
}
