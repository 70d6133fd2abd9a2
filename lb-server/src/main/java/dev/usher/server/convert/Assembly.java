package dev.usher.server.convert;

import dev.usher.config.AdminConfig;
import dev.usher.config.ClientHelloConfig;
import dev.usher.config.Fallback;
import dev.usher.config.HostPort;
import dev.usher.config.LimitsConfig;
import dev.usher.config.ListenerConfig;
import dev.usher.config.ListenerType;
import dev.usher.config.LoggingConfig;
import dev.usher.config.PoolConfig;
import dev.usher.config.ReloadConfig;
import dev.usher.config.RouteConfig;
import dev.usher.config.ShutdownConfig;
import dev.usher.config.UsherConfig;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Makes the records of a {@link Draft}. */
final class Assembly {
    private final Draft draft;
    private final boolean inOrder;
    private final Remarks remarks;
    private final ConfigNames listenerNames = new ConfigNames("listener");
    private final ConfigNames poolNames = new ConfigNames("pool");
    private final Map<String, PoolConfig> pools = new LinkedHashMap<>();
    private final List<ListenerConfig> listeners = new ArrayList<>();
    private final Map<String, RouteConfig> routes = new LinkedHashMap<>();
    private final Map<String, Integer> order = new HashMap<>();
    private Fallback defaultRoute = Fallback.REJECT;
    private Fallback noSniRoute = Fallback.REJECT;

    /** @param inOrder whether the peer takes the first matching rule */
    private Assembly(Draft draft, boolean inOrder) {
        this.draft = draft;
        this.inOrder = inOrder;
        this.remarks = draft.remarks();
    }

    /** The configuration; null if nothing of the draft can be served. */
    static @Nullable UsherConfig of(Draft draft, boolean inOrder) {
        return new Assembly(draft, inOrder).config();
    }

    private @Nullable UsherConfig config() {
        List<ListenerRoutes> tls = new ArrayList<>();
        for (ListenerDraft listener : draft.listeners()) {
            if (listener.binds().isEmpty()) {
                remarks.leftOut(listener.statement(), "nothing is left to listen on");
            } else if (listener.type() == ListenerType.TLS) {
                tls.add(new ListenerRoutes(listener, inOrder, remarks));
            } else {
                addPlain(listener);
            }
        }
        addTls(tls.stream().filter(this::serves).toList());
        if (listeners.isEmpty()) {
            return null;
        }
        List<ListenerConfig> ordered = listeners.stream()
                .sorted(Comparator.comparingInt(listener -> order.getOrDefault(listener.name(), 0)))
                .toList();
        return new UsherConfig(
                named(ordered),
                List.copyOf(routes.values()),
                defaultRoute,
                noSniRoute,
                pools,
                LimitsConfig.DEFAULT.withMaxConnections(draft.maxConnections()),
                UsherConfig.ONE_WORKER_PER_CORE,
                ShutdownConfig.DEFAULT,
                ReloadConfig.DEFAULT,
                admin(),
                LoggingConfig.DEFAULT);
    }

    private static Map<String, ListenerConfig> named(List<ListenerConfig> listeners) {
        Map<String, ListenerConfig> named = new LinkedHashMap<>();
        listeners.forEach(listener -> named.put(listener.name(), listener));
        return named;
    }

    private boolean serves(ListenerRoutes routing) {
        if (routing.isEmpty()) {
            remarks.leftOut(routing.listener().statement(), "no name is left that goes anywhere");
        }
        return !routing.isEmpty();
    }

    private void addPlain(ListenerDraft listener) {
        Rule rule = listener.otherwise();
        List<HostPort> binds = free(listener);
        if (rule == null) {
            remarks.leftOut(listener.statement(), "no backend is named");
        } else if (!listener.allow().isEmpty() || !listener.deny().isEmpty()) {
            remarks.leftOut(
                    listener.statement(), "a listener of type tcp cannot have allow or deny: connections are refused");
        } else if (!binds.isEmpty()) {
            listeners.add(record(listener, binds, pool(rule.pool())));
        }
    }

    private void addTls(List<ListenerRoutes> all) {
        boolean alike = all.stream().allMatch(each -> each.sameAs(all.getFirst()));
        for (ListenerRoutes each : all) {
            List<HostPort> binds = free(each.listener());
            if (!binds.isEmpty()) {
                ListenerConfig listener = record(each.listener(), binds, null);
                listeners.add(listener);
                each.routes().values().forEach(route -> addRoute(route, alike ? List.of() : List.of(listener.name())));
                addFallbacks(each);
            }
        }
    }

    /** Addresses not taken by an earlier listener. */
    private List<HostPort> free(ListenerDraft listener) {
        List<HostPort> free = new ArrayList<>();
        for (HostPort bind : listener.binds()) {
            boolean clash = Stream.concat(free.stream(), listeners.stream().flatMap(earlier -> earlier.bind().stream()))
                    .anyMatch(bind::clashesWith);
            if (clash) {
                remarks.leftOut(listener.statement(), bind + " has a listener already");
            } else {
                free.add(bind);
            }
        }
        return free;
    }

    private void addRoute(RouteDraft route, List<String> on) {
        String key = route.pattern().canonical();
        RouteConfig earlier = routes.get(key);
        RouteConfig record = record(route, on);
        if (earlier == null) {
            routes.put(key, record);
        } else if (record(route, earlier.listeners()).equals(earlier)) {
            List<String> both = Stream.concat(earlier.listeners().stream(), on.stream())
                    .distinct()
                    .toList();
            routes.put(key, record(route, both));
        } else {
            remarks.leftOut(
                    route.statement(),
                    "a name has one route in usher, and " + route.pattern().text() + " goes elsewhere on another"
                            + " listener");
        }
    }

    private RouteConfig record(RouteDraft route, List<String> on) {
        Map<String, String> alpn = new LinkedHashMap<>();
        route.alpn().forEach((protocol, pool) -> alpn.put(protocol, pool(pool)));
        String main = pool(Objects.requireNonNull(route.pool()));
        return new RouteConfig(route.pattern(), main, alpn, route.allow(), route.deny(), on);
    }

    private void addFallbacks(ListenerRoutes routing) {
        ListenerDraft listener = routing.listener();
        defaultRoute = fallback(defaultRoute, routing.defaultPool(), listener.otherwise(), "default_route");
        noSniRoute = fallback(noSniRoute, routing.noSniPool(), listener.nameless(), "no_sni_route");
    }

    private Fallback fallback(Fallback earlier, @Nullable String pool, @Nullable Rule rule, String key) {
        if (pool == null || rule == null) {
            return earlier;
        }
        Fallback fallback = Fallback.pool(pool(pool));
        if (!earlier.equals(Fallback.REJECT) && !earlier.equals(fallback)) {
            remarks.leftOut(
                    rule.statement(), key + " is the same for all listeners, and goes to pool " + earlier.pool());
            return earlier;
        }
        return fallback;
    }

    /** The name of a pool, as part of the configuration from now on. */
    private String pool(String name) {
        String pool = poolNames.of(name);
        pools.computeIfAbsent(
                pool, _ -> Objects.requireNonNull(draft.pool(name), name).build(pool));
        return pool;
    }

    private ListenerConfig record(ListenerDraft listener, List<HostPort> binds, @Nullable String pool) {
        String name = name(listener, binds);
        order.put(name, draft.listeners().indexOf(listener));
        boolean tls = listener.type() == ListenerType.TLS;
        ClientHelloConfig hello = ClientHelloConfig.DEFAULT;
        return new ListenerConfig(
                name,
                listener.type(),
                binds,
                tls && listener.helloTimeout() != null
                        ? new ClientHelloConfig(listener.helloTimeout(), hello.maxSizeBytes())
                        : hello,
                listener.acceptProxyProtocol(),
                listener.trusted(),
                listener.maxConnections(),
                pool);
    }

    /** The peer's name, but the usual name for the usual listener. */
    private String name(ListenerDraft listener, List<HostPort> binds) {
        boolean usual = listener.type() == ListenerType.TLS
                && binds.equals(ListenerConfig.DEFAULT.bind())
                && draft.listeners().size() == 1;
        return listenerNames.of(usual ? ListenerConfig.DEFAULT.name() : listener.name());
    }

    /** The admin side on a port without a listener or a backend. */
    private AdminConfig admin() {
        HostPort bind = Objects.requireNonNull(AdminConfig.DEFAULT.bind());
        while (isUsed(bind.port())) {
            bind = new HostPort(bind.host(), bind.port() + 1);
        }
        AdminConfig usual = AdminConfig.DEFAULT;
        return new AdminConfig(bind, usual.allowedHosts(), usual.tokens(), usual.tls(), usual.readOnly());
    }

    private boolean isUsed(int port) {
        return Stream.concat(
                        listeners.stream().flatMap(listener -> listener.bind().stream()),
                        pools.values().stream()
                                .flatMap(pool -> pool.backends().stream())
                                .map(backend -> backend.address()))
                .anyMatch(address -> address.port() == port);
    }
}
