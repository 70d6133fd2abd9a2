package dev.usher.config;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A listener: its sockets, and the treatment of their connections.
 *
 * @param name label in logs and metrics; lower-case letters, digits, _ and -
 * @param bind addresses to listen on; at least one, no duplicates
 * @param rights of unix sockets in {@code bind}
 * @param options of TCP sockets in {@code bind}
 * @param clientHello for types that read a ClientHello; the time-out also for openings of other types
 * @param notTls pools for other protocols, for types that speak TLS
 * @param silent for types that speak TLS; null lets silent clients time out
 * @param http for types that speak HTTP
 * @param trustedProxies sources of trusted PROXY headers; not empty unless {@code acceptProxyProtocol} is NONE or
 *     every client comes by a unix socket
 * @param maxConnections sessions open at once before accepting pauses
 * @param pool pool for every connection; null exactly for a type that needs no pool
 * @param own routes of this listener alone; empty for a type without names
 * @param forwardProxy for types whose clients ask for a host and a port
 */
public record ListenerConfig(
        String name,
        ListenerType type,
        List<Address> bind,
        SocketRights rights,
        ListenOptions options,
        ClientHelloConfig clientHello,
        NotTls notTls,
        @Nullable Silent silent,
        HttpConfig http,
        AcceptProxyProtocol acceptProxyProtocol,
        List<Cidr> trustedProxies,
        int maxConnections,
        @Nullable String pool,
        OwnRoutes own,
        ForwardProxy forwardProxy) {
    public static final IntRange MAX_CONNECTIONS = new IntRange(1, 10_000_000);

    public static final int DEFAULT_MAX_CONNECTIONS = 20_000;
    /** The listener of a file without any: TLS on port 443 of every address. */
    public static final ListenerConfig DEFAULT = tls("https", List.of(new HostPort("", 443)));

    public ListenerConfig {
        Check.name(name, "listener name");
        Check.present(type, "type");
        bind = Check.notEmpty(Check.distinct(bind, "bind"), "bind");
        Check.that(
                hasFile(bind) || Check.present(rights, "mode").equals(SocketRights.DEFAULT),
                "mode and owner are for unix sockets in bind");
        String option = Check.present(options, "options").firstKey();
        Check.that(option == null || hasTcp(bind), () -> option + " is for IP addresses in bind");
        Check.present(clientHello, "client_hello");
        Check.present(notTls, "not_tls");
        Check.that(type.speaksTls() || notTls.isNone(), "not_tls is only for type tls");
        Check.that(type.speaksTls() || silent == null, "silent is only for type tls");
        Check.that(
                silent == null || silent.after().compareTo(clientHello.timeout()) < 0,
                "silent.after must be shorter than client_hello.timeout");
        Check.present(http, "http");
        Check.present(acceptProxyProtocol, "accept_proxy_protocol");
        trustedProxies = List.copyOf(Check.present(trustedProxies, "trusted_proxies"));
        Check.that(
                acceptProxyProtocol == AcceptProxyProtocol.NONE
                        || !trustedProxies.isEmpty()
                        || bind.stream().allMatch(UnixPath.class::isInstance),
                "trusted_proxies must not be empty with accept_proxy_protocol");
        String undeferred = options.deferAccept() ? undeferred(type, silent, acceptProxyProtocol) : null;
        Check.that(undeferred == null, () -> "defer_accept " + undeferred);
        MAX_CONNECTIONS.check(maxConnections, "max_connections");
        Check.that(!type.needsPool() || pool != null, "pool must be given for type tcp");
        Check.that(type.needsPool() || pool == null, "pool is only for type tcp: routes choose the pool");
        Check.present(own, "routes");
        Check.that(type.readsNames() || own.isNone(), "routes are for types that read names: type tcp reads no names");
        checkForwardProxy(type, bind, Check.present(forwardProxy, "forward_proxy"));
    }

    private static void checkForwardProxy(ListenerType type, List<Address> bind, ForwardProxy forwardProxy) {
        Check.that(
                type.asksForPorts() || forwardProxy.equals(ForwardProxy.DEFAULT),
                "allow and sni are only for types whose clients ask for a host and a port");
        Check.that(
                !type.asksForPorts()
                        || !forwardProxy.allow().isEmpty()
                        || bind.stream().allMatch(Address::isLoopback),
                "allow must be given, unless every bind is a loopback address");
    }

    /** The reason why connections without a byte may not wait in the kernel; null if they may. */
    public static @Nullable String undeferred(
            ListenerType type, @Nullable Silent silent, AcceptProxyProtocol acceptProxyProtocol) {
        if (!type.speaksTls()) {
            return "is only for type tls: clients of other types may wait for the server's first word";
        }
        if (silent != null) {
            return "does not go with silent: clients that wait for the server would wait in the kernel first";
        }
        return acceptProxyProtocol == AcceptProxyProtocol.NONE
                ? null
                : "does not go with accept_proxy_protocol: the header comes before the client's first byte";
    }

    /** A TLS listener with every default. */
    public static ListenerConfig tls(String name, List<? extends Address> bind) {
        return withDefaults(name, ListenerType.TLS, bind, null);
    }

    /** An HTTP listener with every default. */
    public static ListenerConfig http(String name, List<? extends Address> bind) {
        return withDefaults(name, ListenerType.HTTP, bind, null);
    }

    /** A TCP listener with every default. */
    public static ListenerConfig tcp(String name, List<? extends Address> bind, String pool) {
        return withDefaults(name, ListenerType.TCP, bind, pool);
    }

    /** A SOCKS listener with every default, on addresses of this machine alone. */
    public static ListenerConfig socks(String name, List<? extends Address> bind) {
        return withDefaults(name, ListenerType.SOCKS, bind, null);
    }

    /** A listener for CONNECT with every default, on addresses of this machine alone. */
    public static ListenerConfig connect(String name, List<HostPort> bind) {
        return withDefaults(name, ListenerType.CONNECT, bind, null);
    }

    private static ListenerConfig withDefaults(
            String name, ListenerType type, List<? extends Address> bind, @Nullable String pool) {
        return new ListenerConfig(
                name,
                type,
                List.copyOf(bind),
                SocketRights.DEFAULT,
                ListenOptions.DEFAULT,
                ClientHelloConfig.DEFAULT,
                NotTls.NONE,
                null,
                HttpConfig.DEFAULT,
                AcceptProxyProtocol.NONE,
                List.of(),
                DEFAULT_MAX_CONNECTIONS,
                pool,
                OwnRoutes.NONE,
                ForwardProxy.DEFAULT);
    }

    /** Time from accept until the client's opening must be whole. */
    public Duration openingTimeout() {
        return switch (type) {
            case TLS, TCP, SOCKS, CONNECT -> clientHello.timeout();
            case HTTP -> http.timeout();
        };
    }

    public boolean hasUnixSocket() {
        return hasUnix(bind);
    }

    /** Whether {@code mode} and {@code owner} have a file to stand for. */
    public boolean hasSocketFile() {
        return hasFile(bind);
    }

    private static boolean hasFile(List<Address> bind) {
        return bind.stream().anyMatch(UnixPath::isFile);
    }

    private static boolean hasUnix(List<Address> bind) {
        return bind.stream().anyMatch(UnixPath.class::isInstance);
    }

    public boolean hasTcpAddress() {
        return hasTcp(bind);
    }

    private static boolean hasTcp(List<Address> bind) {
        return bind.stream().anyMatch(HostPort.class::isInstance);
    }

    /** The unix socket whose clients have no address: no PROXY header tells of one. Null without such a socket. */
    public @Nullable UnixPath anonymous() {
        return acceptProxyProtocol != AcceptProxyProtocol.NONE
                ? null
                : (UnixPath) bind.stream()
                        .filter(UnixPath.class::isInstance)
                        .findFirst()
                        .orElse(null);
    }

    /** Pools for clients that send no hello, by their keys in a file. */
    public Map<String, String> poolsBesideTls() {
        Map<String, String> pools = new LinkedHashMap<>();
        notTls.pools().forEach((protocol, name) -> pools.put(protocol.route(), name));
        if (silent != null) {
            pools.put(Silent.ROUTE, silent.pool());
        }
        return pools;
    }

    /** The routes here: the listener's own, and those of the file with patterns that the listener does not have. */
    List<RouteConfig> routesBeside(List<RouteConfig> file) {
        Set<String> taken =
                own.routes().stream().map(route -> route.pattern().canonical()).collect(Collectors.toSet());
        Stream<RouteConfig> rest = file.stream()
                .filter(route ->
                        route.isOn(name) && !taken.contains(route.pattern().canonical()));
        return Stream.concat(own.routes().stream(), rest).toList();
    }

    /** The treatment of a name without a route here: the listener's own, else the file's. */
    public Fallback defaultRouteBeside(Fallback file) {
        return own.defaultRoute() == null ? file : own.defaultRoute();
    }

    /** The treatment of HTTP requests for a route of this listener, if the listener speaks HTTP. */
    public HttpRule ruleFor(RouteConfig route) {
        return route.http() == null ? http.requests() : route.http();
    }

    // ---- copies with one setting changed ----

    public ListenerConfig withRights(SocketRights rights) {
        return Copy.of(this, "rights", rights);
    }

    public ListenerConfig withOptions(ListenOptions options) {
        return Copy.of(this, "options", options);
    }

    public ListenerConfig withClientHello(ClientHelloConfig clientHello) {
        return Copy.of(this, "clientHello", clientHello);
    }

    public ListenerConfig withNotTls(NotTls notTls) {
        return Copy.of(this, "notTls", notTls);
    }

    public ListenerConfig withSilent(Silent silent) {
        return Copy.of(this, "silent", silent);
    }

    public ListenerConfig withHttp(HttpConfig http) {
        return Copy.of(this, "http", http);
    }

    public ListenerConfig withProxyProtocol(AcceptProxyProtocol accept, List<Cidr> trusted) {
        return Copy.of(this)
                .with("acceptProxyProtocol", accept)
                .with("trustedProxies", trusted)
                .make();
    }

    public ListenerConfig withMaxConnections(int maxConnections) {
        return Copy.of(this, "maxConnections", maxConnections);
    }

    public ListenerConfig withForwardProxy(ForwardProxy forwardProxy) {
        return Copy.of(this, "forwardProxy", forwardProxy);
    }

    public ListenerConfig withOwn(OwnRoutes own) {
        return Copy.of(this, "own", own);
    }
}
