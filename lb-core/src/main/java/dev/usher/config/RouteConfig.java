package dev.usher.config;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/**
 * Which pool the names of one pattern go to, and who may ask.
 *
 * @param alpn protocol to pool, for hellos that offer the protocol: {@code acme-tls/1} is the known case
 * @param allow sources that may use the route; empty allows all
 * @param deny sources that may not, even where {@code allow} has them
 * @param listeners the TLS listeners that the route is for; empty stands for all
 */
public record RouteConfig(
        RoutePattern pattern,
        String pool,
        Map<String, String> alpn,
        List<Cidr> allow,
        List<Cidr> deny,
        List<String> listeners) {
    /** RFC 7301 3.1: a protocol name has 1 to 255 bytes. */
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
