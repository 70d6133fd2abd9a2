package dev.usher.server.yaml;

import dev.usher.config.AcceptProxyProtocol;
import dev.usher.config.Address;
import dev.usher.config.AnonymousClients;
import dev.usher.config.Cidr;
import dev.usher.config.ClientHelloConfig;
import dev.usher.config.Fallback;
import dev.usher.config.ForwardProxy;
import dev.usher.config.HttpConfig;
import dev.usher.config.LimitsConfig;
import dev.usher.config.ListenOptions;
import dev.usher.config.ListenerConfig;
import dev.usher.config.ListenerType;
import dev.usher.config.NotTls;
import dev.usher.config.OwnRoutes;
import dev.usher.config.PoolConfig;
import dev.usher.config.RouteConfig;
import dev.usher.config.Silent;
import dev.usher.config.SocketRights;
import dev.usher.config.UnixPath;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads {@code listeners}, and keeps their names and types. */
final class ListenerReader {
    private static final List<String> ROUTE_KEYS = List.of("routes", "default_route", "no_sni_route");

    private final PoolReader pools;
    private final BindReader binds;
    private final Problems problems;
    private final Map<String, ListenerType> types = new LinkedHashMap<>();
    private final Map<String, ListenerConfig> listeners = new LinkedHashMap<>();

    ListenerReader(PoolReader pools, BindReader binds, Problems problems) {
        this.pools = pools;
        this.binds = binds;
        this.problems = problems;
    }

    Map<String, ListenerConfig> listeners() {
        return listeners;
    }

    /** The type of each listener that the file names, faulty listeners included. */
    Map<String, ListenerType> types() {
        return types;
    }

    /** Adds the default listener, for a file that names no listener. */
    void useDefault() {
        listeners.put(ListenerConfig.DEFAULT.name(), ListenerConfig.DEFAULT);
        types.put(ListenerConfig.DEFAULT.name(), ListenerConfig.DEFAULT.type());
    }

    void read(Fields section) {
        if (section.entries().isEmpty()) {
            problems.error(section.place(), "listeners must not be empty: leave it out for one on :443");
        }
        for (Item.Entry entry : section.entries()) {
            Item item = section.item(entry.key());
            types.put(entry.key(), ListenerType.TLS);
            if (!PoolConfig.isPoolName(entry.key())) {
                problems.error(
                        entry.place(),
                        "listener name \"" + entry.key() + "\" must be lower-case letters, digits, _ or -, at most 64");
                continue;
            }
            Fields fields = item == null ? null : section.fields(item, section.path(entry.key()), entry.place());
            if (fields != null) {
                readListener(entry.key(), fields);
            }
        }
        boolean http = types.values().stream().anyMatch(ListenerType::speaksHttp);
        if (http && types.values().stream().noneMatch(ListenerType::speaksTls)) {
            problems.warning(
                    section.place(),
                    "no listener is of type tls, and those of type http send clients to https: the one on :443 is there by"
                            + " itself only without listeners; add https: { bind: \":443\" }");
        }
    }

    private void readListener(String name, Fields fields) {
        ListenerType type = fields.choice("type", ListenerType.class, ListenerType.TLS);
        types.put(name, type);
        if (fields.isUnclear("type", ListenerType.class)) {
            pools.leavesPartUnread();
            return; // the other keys are right or wrong by the type
        }
        List<Address> bind = binds.read(name, fields, type);
        boolean onlyUnix = !bind.isEmpty() && bind.stream().allMatch(UnixPath.class::isInstance);
        SocketRights rights = BindReader.rights(fields, bind);
        ListenOptions options = BindReader.options(fields, bind);
        ClientHelloConfig clientHello = clientHello(fields, type);
        NotTlsReader others = new NotTlsReader(pools, problems);
        NotTls notTls = others.notTls(name, fields, type);
        Silent silent = others.silent(name, fields, type, clientHello);
        HttpConfig http = http(name, fields, type);
        AcceptProxyProtocol accept =
                fields.choice("accept_proxy_protocol", AcceptProxyProtocol.class, AcceptProxyProtocol.NONE);
        List<Cidr> trusted = fields.list("trusted_proxies", Cidr::parse, List.of());
        if (onlyUnix && !trusted.isEmpty()) {
            fields.refuse("trusted_proxies", "has no use: the rights of the socket file say who may connect");
        } else if (!onlyUnix
                && accept != AcceptProxyProtocol.NONE
                && fields.items("trusted_proxies").isEmpty()) {
            problems.error(
                    fields.valuePlace("accept_proxy_protocol"),
                    fields.path("accept_proxy_protocol") + " needs trusted_proxies: anyone could claim any address");
        }
        String undeferred = options.deferAccept() ? ListenerConfig.undeferred(type, silent, accept) : null;
        if (undeferred != null) {
            fields.refuse("defer_accept", undeferred);
        }
        int maxConnections = fields.integer(
                "max_connections", ListenerConfig.MAX_CONNECTIONS, ListenerConfig.DEFAULT_MAX_CONNECTIONS);
        String pool = pool(name, fields, type);
        OwnRoutes own = ownRoutes(name, fields, type);
        ForwardProxyReader proxies = new ForwardProxyReader(problems);
        ForwardProxy forwardProxy = proxies.read(fields, type);
        boolean open = proxies.isOpenToAll(name, fields, type, bind, forwardProxy);
        fields.done();
        boolean valid = !open
                && undeferred == null
                && !bind.isEmpty()
                && (accept == AcceptProxyProtocol.NONE || !trusted.isEmpty() || onlyUnix);
        if (valid && (!type.needsPool() || pool != null)) {
            listeners.put(
                    name,
                    new ListenerConfig(
                            name,
                            type,
                            bind,
                            rights,
                            options,
                            clientHello,
                            notTls,
                            silent,
                            http,
                            accept,
                            trusted,
                            maxConnections,
                            pool,
                            own,
                            forwardProxy));
        }
    }

    /** Notes each listener of a unix socket where something is decided by a client's address. */
    void checkAnonymous(List<RouteConfig> routes, Fallback defaultRoute, Fallback noSniRoute, LimitsConfig limits) {
        AnonymousClients.faults(listeners, routes, defaultRoute, noSniRoute, pools.pools(), limits)
                .forEach((name, fault) -> problems.error(binds.ofUnixSocket(name), fault));
    }

    private ClientHelloConfig clientHello(Fields listener, ListenerType type) {
        ClientHelloConfig base = ClientHelloConfig.DEFAULT;
        if (!type.readsHellos()) {
            listener.refuse(
                    "client_hello",
                    "is only for types tls, socks and connect: clients of this listener send no ClientHello");
        }
        Fields fields = listener.fields("client_hello");
        if (fields == null) {
            return base;
        }
        ClientHelloConfig read = new ClientHelloConfig(
                fields.duration("timeout", ClientHelloConfig.TIMEOUT, base.timeout()),
                Math.toIntExact(fields.bytes("max_size", ClientHelloConfig.MAX_SIZE_BYTES, base.maxSizeBytes())));
        fields.done();
        return read;
    }

    private HttpConfig http(String name, Fields listener, ListenerType type) {
        HttpConfig base = HttpConfig.DEFAULT;
        if (!type.speaksHttp()) {
            listener.refuse("http", "is only for type http");
        }
        Fields fields = listener.fields("http");
        if (fields == null) {
            return base;
        }
        HttpConfig read = new HttpConfig(
                fields.duration("timeout", HttpConfig.TIMEOUT, base.timeout()),
                Math.toIntExact(fields.bytes("max_size", HttpConfig.MAX_SIZE_BYTES, base.maxSizeBytes())),
                fields.value("redirect", HttpConfig::redirect, base.redirect()),
                fields.integer("https_port", HttpConfig.HTTPS_PORT, base.httpsPort()),
                new HttpRuleReader(pools, problems, pools.addressRules())
                        .read(fields, "requests", name, "listener " + name)
                        .orElse(base.requests()));
        fields.done();
        return read;
    }

    private @Nullable String pool(String name, Fields fields, ListenerType type) {
        if (!type.needsPool()) {
            fields.refuse("pool", "is only for type tcp: routes choose the pool");
            return null;
        }
        fields.require("pool");
        Item item = fields.item("pool");
        return item == null ? null : pools.target(fields, item, fields.path("pool"), name, "listener " + name);
    }

    private OwnRoutes ownRoutes(String name, Fields fields, ListenerType type) {
        if (!type.readsNames()) {
            ROUTE_KEYS.forEach(
                    key -> fields.refuse(key, "is only for types that read names, and a tcp listener reads none"));
            return OwnRoutes.NONE;
        }
        RouteReader routes = RouteReader.ofListener(pools, name, problems);
        Fields section = fields.fields("routes");
        if (section != null) {
            routes.read(section);
        }
        return new OwnRoutes(
                routes.routes(), routes.fallback(fields, "default_route"), routes.fallback(fields, "no_sni_route"));
    }
}
