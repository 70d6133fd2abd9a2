package dev.usher.config;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A pool with its conditions: the value of a route, of {@code default_route} and of {@code no_sni_route}.
 *
 * @param alpn protocol to pool, for hellos that offer the protocol: {@code acme-tls/1} is the known case
 * @param allow sources that may come in; empty allows every source
 * @param deny sources that may not come in, even if in {@code allow}
 */
public record Target(String pool, Map<String, String> alpn, List<Cidr> allow, List<Cidr> deny) {
    /** A protocol name has 1 to 255 bytes (RFC 7301 section 3.1). */
    public static final IntRange ALPN_BYTES = new IntRange(1, 255);

    public Target {
        Check.notBlank(pool, "pool");
        alpn = Check.ordered(alpn, "alpn");
        for (String protocol : alpn.keySet()) {
            ALPN_BYTES.check(protocol.getBytes(StandardCharsets.UTF_8).length, "length of an alpn protocol");
        }
        allow = Check.distinct(allow, "allow");
        deny = Check.distinct(deny, "deny");
    }

    /** A pool without conditions. */
    public static Target of(String pool) {
        return new Target(pool, Map.of(), List.of(), List.of());
    }

    public boolean hasConditions() {
        return !alpn.isEmpty() || !allow.isEmpty() || !deny.isEmpty();
    }

    /** Every pool that a client may get, each once. */
    public Set<String> pools() {
        Set<String> pools = new LinkedHashSet<>();
        pools.add(pool);
        pools.addAll(alpn.values());
        return pools;
    }

    // ---- copies with one setting changed ----

    public Target withAlpn(Map<String, String> alpn) {
        return new Target(pool, alpn, allow, deny);
    }

    public Target withAllow(List<Cidr> allow) {
        return new Target(pool, alpn, allow, deny);
    }

    public Target withDeny(List<Cidr> deny) {
        return new Target(pool, alpn, allow, deny);
    }

    /** The pool and the conditions, for people. */
    @Override
    public String toString() {
        return "pool " + pool + condition("alpn", alpn, alpn.isEmpty()) + condition("allow", allow, allow.isEmpty())
                + condition("deny", deny, deny.isEmpty());
    }

    private static String condition(String key, Object value, boolean empty) {
        return empty ? "" : ", " + key + " " + value;
    }
}
