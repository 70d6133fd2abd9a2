package dev.usher.config;

import java.time.Duration;
import java.util.List;

/**
 * Name resolution for backends with host names.
 *
 * @param interval between look-ups of a name; an answer for a client's name is kept as long
 * @param timeout longest time for a look-up
 * @param servers name servers, at IP addresses; empty leaves names to the system
 * @param hostsFile whether {@code /etc/hosts} comes before {@code servers}; never for names of clients
 */
public record ResolveConfig(
        Duration interval, Family family, Duration timeout, List<HostPort> servers, boolean hostsFile) {
    /** The addresses of a name that are used. */
    public enum Family {
        ANY,
        IPV4,
        IPV6
    }

    public static final DurationRange INTERVAL = new DurationRange(Duration.ofMillis(100), Duration.ofDays(1));

    public static final DurationRange TIMEOUT = new DurationRange(Duration.ofMillis(100), Duration.ofMinutes(1));

    public static final ResolveConfig DEFAULT =
            new ResolveConfig(Duration.ofSeconds(30), Family.ANY, Duration.ofSeconds(5), List.of(), true);

    private static final int DNS_PORT = 53;
    /** A look-up tries each server twice, within its time-out. */
    private static final int MAX_SERVERS = 8;

    public ResolveConfig {
        INTERVAL.check(interval, "resolve.interval");
        Check.present(family, "resolve.family");
        TIMEOUT.check(timeout, "resolve.timeout");
        servers = Check.distinct(servers, "resolve.servers");
        Check.that(servers.size() <= MAX_SERVERS, "resolve.servers must be at most " + MAX_SERVERS);
    }

    /** Reads {@code 1.1.1.1}, {@code 10.0.0.53:5353}, {@code 2606:4700::1111} or {@code [::1]:53}. */
    public static HostPort server(String text) {
        byte[] ip = IpAddress.parse(text);
        if (ip != null) {
            return HostPort.of(ip, DNS_PORT);
        }
        Check.that(
                text.indexOf(':') >= 0,
                () -> '"' + text + "\" is not an IP address: a name server is needed to find names");
        HostPort server = HostPort.parse(text);
        Check.that(
                server.isIpLiteral(),
                () -> '"' + server.host() + "\" is not an IP address: a name server is needed to find names");
        return server;
    }
}
