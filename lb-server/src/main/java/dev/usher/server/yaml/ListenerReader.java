package dev.usher.server.yaml;

import dev.usher.config.AcceptProxyProtocol;
import dev.usher.config.Address;
import dev.usher.config.AnonymousClients;
import dev.usher.config.Cidr;
import dev.usher.config.ClientHelloConfig;
import dev.usher.config.Fallback;
import dev.usher.config.ForwardProxy;
import dev.usher.config.ForwardProxy.Sni;
import dev.usher.config.HttpConfig;
import dev.usher.config.LimitsConfig;
import dev.usher.config.ListenerConfig;
import dev.usher.config.ListenerType;
import dev.usher.config.NotTls;
import dev.usher.config.NotTls.Postgres;
import dev.usher.config.NotTls.Protocol;
import dev.usher.config.OwnRoutes;
import dev.usher.config.PoolConfig;
import dev.usher.config.RouteConfig;
import dev.usher.config.Silent;
import dev.usher.config.SocketRights;
import dev.usher.config.Spelling;
import dev.usher.config.Units;
import dev.usher.config.UnixPath;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads {@code listeners}, and keeps their names and types. */
final class ListenerReader {
    private static final int HTTP_PORT = 80;
    private static final List<String> ROUTE_KEYS = List.of("routes", "default_route", "no_sni_route");
    private static final int HTTPS_PORT = 443;

    private final PoolReader pools;
    private final Problems problems;
    private final Map<String, ListenerType> types = new LinkedHashMap<>();
    private final Map<String, ListenerConfig> listeners = new LinkedHashMap<>();
    private final Map<Bound, Place> bound = new LinkedHashMap<>();

    /** An address that a listener has. */
    private record Bound(Address address, String owner) {}

    ListenerReader(PoolReader pools, Problems problems) {
        this.pools = pools;
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
        ListenerConfig.DEFAULT.bind().forEach(address -> bind(address, "the default listener", null));
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
        List<Address> bind = binds(name, fields, type);
        boolean onlyUnix = !bind.isEmpty() && bind.stream().allMatch(UnixPath.class::isInstance);
        SocketRights rights = rights(fields, bind);
        ClientHelloConfig clientHello = clientHello(fields, type);
        NotTls notTls = notTls(name, fields, type);
        Silent silent = silent(name, fields, type, clientHello);
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
        int maxConnections = fields.integer(
                "max_connections", ListenerConfig.MAX_CONNECTIONS, ListenerConfig.DEFAULT_MAX_CONNECTIONS);
        String pool = pool(name, fields, type);
        OwnRoutes own = ownRoutes(name, fields, type);
        ForwardProxy forwardProxy = forwardProxy(fields, type);
        boolean open = isOpenToAll(name, fields, type, bind, forwardProxy);
        fields.done();
        boolean valid =
                !open && !bind.isEmpty() && (accept == AcceptProxyProtocol.NONE || !trusted.isEmpty() || onlyUnix);
        if (valid && (!type.needsPool() || pool != null)) {
            listeners.put(
                    name,
                    new ListenerConfig(
                            name,
                            type,
                            bind,
                            rights,
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

    private List<Address> binds(String name, Fields fields, ListenerType type) {
        fields.require("bind");
        if (fields.item("bind") instanceof Item.Listing listing
                && listing.items().isEmpty()) {
            problems.error(listing.place(), fields.path("bind") + " must not be empty");
        }
        Map<Address, Place> addresses = fields.placed("bind", text -> Address.parseBind(text, type.usualPort()));
        addresses.forEach((address, place) -> {
            bind(address, "listeners." + name, place);
            if (type.speaksTls() && address.hasPort(HTTP_PORT)) {
                problems.warning(
                        place,
                        "listeners." + name + " binds port 80 with type tls: clients speak plain HTTP there, which is"
                                + " refused; use type: http, which sends clients to https");
            }
            if (type.speaksHttp() && address.hasPort(HTTPS_PORT)) {
                problems.warning(
                        place,
                        "listeners." + name + " binds port 443 with type http: clients speak TLS there, which is"
                                + " refused; use type: tls");
            }
        });
        return List.copyOf(addresses.keySet());
    }

    /** Notes an address that clashes with an earlier address of another owner. */
    void bind(Address address, String owner, @Nullable Place place) {
        for (Map.Entry<Bound, Place> other : bound.entrySet()) {
            Bound taken = other.getKey();
            if (place != null && !taken.owner().equals(owner) && taken.address().clashesWith(address)) {
                problems.error(
                        place,
                        owner + " binds " + address + ", which " + taken.owner() + " has"
                                + (taken.address().equals(address) ? "" : " with " + taken.address())
                                + " at " + other.getValue());
                return;
            }
        }
        if (place != null) {
            bound.put(new Bound(address, owner), place);
        }
    }

    private static SocketRights rights(Fields fields, List<Address> bind) {
        if (bind.stream().noneMatch(UnixPath.class::isInstance)) {
            for (String key : List.of("mode", "owner")) {
                fields.refuse(key, "is for the file of a unix socket, and bind has none");
            }
            return SocketRights.DEFAULT;
        }
        SocketRights mode = fields.value("mode", text -> new SocketRights(text, null), SocketRights.DEFAULT);
        return fields.isNone("owner") ? mode : fields.value("owner", mode::withOwner, mode);
    }

    /** Notes each listener of a unix socket where something is decided by a client's address. */
    void checkAnonymous(List<RouteConfig> routes, Fallback defaultRoute, Fallback noSniRoute, LimitsConfig limits) {
        AnonymousClients.faults(listeners, routes, defaultRoute, noSniRoute, limits)
                .forEach((name, fault) -> problems.error(placeOf(name), fault));
    }

    /** The place of a listener's unix socket. */
    private Place placeOf(String name) {
        return bound.entrySet().stream()
                .filter(each -> each.getKey().address() instanceof UnixPath
                        && each.getKey().owner().equals("listeners." + name))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElseThrow();
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

    private NotTls notTls(String name, Fields listener, ListenerType type) {
        if (!type.speaksTls()) {
            listener.refuse("not_tls", "is only for type tls");
            return NotTls.NONE;
        }
        Fields fields = listener.fields("not_tls");
        if (fields == null) {
            return NotTls.NONE;
        }
        NotTls read = new NotTls(
                pool(name, fields, Protocol.SSH),
                pool(name, fields, Protocol.OPENVPN),
                postgres(name, fields),
                pool(name, fields, Protocol.OTHER));
        fields.done();
        return read;
    }

    private @Nullable String pool(String listener, Fields notTls, Protocol protocol) {
        return pool(listener, notTls, Spelling.of(protocol), protocol.route());
    }

    private @Nullable Postgres postgres(String listener, Fields notTls) {
        if (notTls.item("postgres") instanceof Item.Scalar scalar) {
            if (!scalar.text().equals(Postgres.ROUTE)) {
                notTls.refuseValue(
                        "postgres",
                        "must be " + Postgres.ROUTE + ", or { cancel: POOL }, was \"" + scalar.text()
                                + "\": the name in the hello decides, by the routes");
            }
            return new Postgres(Postgres.REFUSE);
        }
        Fields fields = notTls.fields("postgres");
        if (fields == null) {
            return null;
        }
        boolean refuses = fields.item("cancel") instanceof Item.Scalar cancel
                && cancel.text().equals(Postgres.REFUSE);
        String pool = refuses ? null : pool(listener, fields, "cancel", Protocol.POSTGRES_CANCEL.route());
        fields.done();
        return new Postgres(pool == null ? Postgres.REFUSE : pool);
    }

    /** @param route in place of a route's name in the pool's */
    private @Nullable String pool(String listener, Fields owner, String key, String route) {
        Item item = owner.item(key);
        return item == null
                ? null
                : pools.target(
                        owner, item, owner.path(key), route + "@" + listener, route + " of listener " + listener);
    }

    private @Nullable Silent silent(String name, Fields listener, ListenerType type, ClientHelloConfig clientHello) {
        if (!type.speaksTls()) {
            listener.refuse("silent", "is only for type tls");
            return null;
        }
        Fields fields = listener.fields("silent");
        if (fields == null) {
            return null;
        }
        fields.require("pool");
        String pool = pool(name, fields, "pool", Silent.ROUTE);
        Duration after = fields.duration("after", Silent.AFTER, Silent.DEFAULT_AFTER);
        fields.done();
        if (after.compareTo(clientHello.timeout()) >= 0) {
            problems.error(
                    fields.valuePlace(fields.has("after") ? "after" : "pool"),
                    fields.path("after") + " must be shorter than client_hello.timeout, "
                            + Units.text(clientHello.timeout()) + ", was " + Units.text(after));
            return null;
        }
        return pool == null ? null : new Silent(pool, after);
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
                new HttpRuleReader(pools, problems)
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

    private static ForwardProxy forwardProxy(Fields fields, ListenerType type) {
        if (!type.asksForPorts()) {
            fields.refuse(
                    "allow", "is only for types socks and connect: on this listener a route has an allow of its own");
            fields.refuse("sni", "is only for types socks and connect");
            fields.refuse("users", "is only for types socks and connect");
            return ForwardProxy.DEFAULT;
        }
        return new ForwardProxy(
                fields.list("allow", Cidr::parse, List.of()),
                UserFileReader.read(fields, "users"),
                fields.value("sni", Sni::of, ForwardProxy.DEFAULT.sni()));
    }

    /** Whether strangers could use the listener as a way out, which is then noted. */
    private boolean isOpenToAll(
            String name, Fields fields, ListenerType type, List<Address> bind, ForwardProxy forwardProxy) {
        if (!type.asksForPorts() || !forwardProxy.allow().isEmpty()) {
            return false;
        }
        if (fields.item("allow") instanceof Item.Listing blocks
                && blocks.items().isEmpty()) {
            fields.refuseValue("allow", "must not be empty: nobody could come in");
        }
        Address reachable = bind.stream()
                .filter(address -> !address.isLoopback())
                .findFirst()
                .orElse(null);
        if (reachable != null && !fields.has("allow")) {
            problems.error(
                    fields.valuePlace("bind"),
                    "listeners." + name + " binds " + reachable
                            + ", which others can reach, and connects its clients to"
                            + " other hosts: add allow: [10.0.0.0/8] with the addresses of the clients, or bind"
                            + " a loopback address");
        }
        return reachable != null;
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
