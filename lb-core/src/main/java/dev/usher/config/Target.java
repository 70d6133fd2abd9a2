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
 * @param ports that clients may ask for, where clients ask for a host and a port
 */
public record Target(String pool, Map<String, String> alpn, List<Cidr> allow, List<Cidr> deny, List<Integer> ports) {
    /** A protocol name has 1 to 255 bytes (RFC 7301 section 3.1). */
    public static final IntRange ALPN_BYTES = new IntRange(1, 255);

    /** The port that clients may ask for without {@code ports}: a ClientHello must follow there. */
    public static final int USUAL_PORT = 443;

    public static final List<Integer> DEFAULT_PORTS = List.of(USUAL_PORT);

    public Target {
        Check.notBlank(pool, "pool");
        alpn = Check.ordered(alpn, "alpn");
        for (String protocol : alpn.keySet()) {
            ALPN_BYTES.check(protocol.getBytes(StandardCharsets.UTF_8).length, "length of an alpn protocol");
        }
        allow = Check.distinct(allow, "allow");
        deny = Check.distinct(deny, "deny");
        ports = Check.notEmpty(Check.distinct(ports, "ports"), "ports");
        ports.forEach(port -> HostPort.PORT.check(port, "ports"));
    }

    /** A pool without conditions. */
    public static Target of(String pool) {
        return new Target(pool, Map.of(), List.of(), List.of(), DEFAULT_PORTS);
    }

    public boolean hasConditions() {
        return !alpn.isEmpty() || !allow.isEmpty() || !deny.isEmpty() || !hasUsualPorts();
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
        return new Target(pool, alpn, allow, deny, ports);
    }

    public Target withAllow(List<Cidr> allow) {
        return new Target(pool, alpn, allow, deny, ports);
    }

    public Target withDeny(List<Cidr> deny) {
        return new Target(pool, alpn, allow, deny, ports);
    }

    public Target withPorts(List<Integer> ports) {
        return new Target(pool, alpn, allow, deny, ports);
    }

    /** Whether clients may ask for the usual port alone. */
    public boolean hasUsualPorts() {
        return ports.equals(DEFAULT_PORTS);
    }

    /** Whether clients may ask for a port of the host. */
    public boolean hasPort(int port) {
        return ports.contains(port);
    }

    /** The pool and the conditions, for people. */
    @Override
    public String toString() {
        return "pool " + pool + condition("alpn", alpn, alpn.isEmpty()) + condition("allow", allow, allow.isEmpty())
                + condition("deny", deny, deny.isEmpty())
                + condition("ports", ports, hasUsualPorts());
    }

    private static String condition(String key, Object value, boolean empty) {
        return empty ? "" : ", " + key + " " + value;
    }
}
