package dev.usher.map;

import dev.usher.config.Address;
import dev.usher.config.BackendConfig;
import dev.usher.config.Fallback;
import dev.usher.config.HealthCheckConfig;
import dev.usher.config.HttpRule;
import dev.usher.config.ListenerConfig;
import dev.usher.config.PoolConfig;
import dev.usher.config.RouteConfig;
import dev.usher.config.Spelling;
import dev.usher.config.Target;
import dev.usher.config.UsherConfig;
import dev.usher.map.NameMap.Door;
import dev.usher.map.NameMap.Group;
import dev.usher.map.NameMap.Refusal;
import dev.usher.map.NameMap.Stop;
import dev.usher.map.NameMap.Way;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Makes the map of a configuration, without states. */
public final class FileMap {
    private final UsherConfig config;
    private final Map<String, Set<Way>> ways = new LinkedHashMap<>();
    private final List<Refusal> refusals = new ArrayList<>();

    private final WayFlows flows;

    private FileMap(UsherConfig config, WayFlows flows) {
        this.config = config;
        this.flows = flows;
    }

    /** The map of a file. */
    public static NameMap of(UsherConfig config) {
        return of(config, WayFlows.NONE);
    }

    /** The map of a configuration in force, with the traffic of each way. */
    public static NameMap of(UsherConfig config, WayFlows flows) {
        return new FileMap(config, flows).map();
    }

    private NameMap map() {
        config.routes().forEach(route -> addRoute(route, null));
        addFallbacks(null, config.defaultRoute(), config.noSniRoute());
        config.listeners().values().forEach(this::addOwnRoutes);
        config.listeners().values().forEach(this::addListener);
        config.listeners().values().forEach(this::addRequests);
        return new NameMap(
                config.listeners().values().stream().map(FileMap::door).toList(),
                config.pools().values().stream().map(this::group).toList(),
                refusals,
                null);
    }

    private static Door door(ListenerConfig listener) {
        return new Door(
                listener.name(),
                Spelling.of(listener.type()) + (listener.notTls().postgres() == null ? "" : ", postgres by route"),
                listener.bind().stream().map(Address::toString).toList());
    }

    private void addOwnRoutes(ListenerConfig listener) {
        listener.own().routes().forEach(route -> addRoute(route, listener.name()));
        addFallbacks(
                listener.name(), listener.own().defaultRoute(), listener.own().noSniRoute());
        listener.poolsBesideTls().forEach((route, pool) -> addProtocol(listener.name(), route, pool));
    }

    private void addProtocol(String listener, String route, String pool) {
        add(pool, new Way(name(route, listener), "", flows.fallback(listener, route, false)));
    }

    private void addRoute(RouteConfig route, @Nullable String listener) {
        String pattern = route.pattern().text();
        addTarget(name(pattern, listener), route.target(), on(route), flows.route(listener, pattern, false));
    }

    private static String on(RouteConfig route) {
        return route.listeners().isEmpty() ? "" : "on " + String.join(", ", route.listeners());
    }

    /** Adds the ways of HTTP requests without TLS, by the routes that let requests pass to a backend. */
    private void addRequests(ListenerConfig listener) {
        if (listener.type().passesRequests()) {
            Set<RouteConfig> own = new HashSet<>(listener.own().routes());
            config.routesOn(listener)
                    .forEach(route ->
                            addRequests(route, listener.ruleFor(route), own.contains(route) ? listener.name() : null));
            boolean ownDefault = listener.own().defaultRoute() != null;
            addRequests(listener.defaultRouteBeside(config.defaultRoute()), ownDefault ? listener.name() : null);
        }
    }

    private void addRequests(RouteConfig route, HttpRule rule, @Nullable String owner) {
        if (rule.action() != HttpRule.Action.REDIRECT) {
            String pattern = route.pattern().text();
            addRequests(name(pattern, owner), route.target(), rule, on(route), flows.route(owner, pattern, true));
        }
    }

    private void addRequests(Fallback fallback, @Nullable String owner) {
        if (fallback.target() != null && fallback.http() != null) {
            Flow flow = flows.fallback(owner, "default", true);
            addRequests(name("default_route", owner), fallback.target(), fallback.http(), "", flow);
        }
    }

    private void addRequests(String name, Target target, HttpRule rule, String on, Flow flow) {
        String http = "http, " + Spelling.of(rule.action());
        add(rule.poolFor(target), new Way(name, condition(target, http, on), flow));
    }

    /** The name of a way; a listener's own ways have the listener in their names, as in the names of their pools. */
    private static String name(String way, @Nullable String listener) {
        return listener == null ? way : way + "@" + listener;
    }

    /** Hellos are counted whatever their protocol, so the way of a protocol goes without traffic. */
    private void addTarget(String name, Target target, String on, Flow flow) {
        add(target.pool(), new Way(name, condition(target, "", on), flow));
        target.alpn()
                .forEach((protocol, pool) ->
                        add(pool, new Way(name, condition(target, "alpn " + protocol, on), Flow.NONE)));
    }

    private static String condition(Target target, String protocol, String on) {
        return Stream.of(protocol, on, first("allow ", target.allow()), first("deny ", target.deny()))
                .filter(condition -> !condition.isEmpty())
                .collect(Collectors.joining(", "));
    }

    /** The first of a list, and the number of further entries: a list of networks can be long. */
    private static String first(String key, List<?> list) {
        return list.isEmpty()
                ? ""
                : key + list.getFirst() + (list.size() == 1 ? "" : " and " + (list.size() - 1) + " more");
    }

    private void addFallbacks(@Nullable String listener, @Nullable Fallback unknown, @Nullable Fallback nameless) {
        addFallback(name("default_route", listener), unknown, flows.fallback(listener, "default", false));
        addFallback(name("no_sni_route", listener), nameless, flows.fallback(listener, "no_sni", false));
    }

    private void addFallback(String name, @Nullable Fallback fallback, Flow flow) {
        if (fallback == null) {
            return;
        }
        if (fallback.target() != null) {
            addTarget(name, fallback.target(), "", flow);
        } else {
            boolean alert = fallback.action() == Fallback.Action.REJECT;
            refusals.add(new Refusal(new Way(name, "", flow), alert ? "refused" : "closed"));
        }
    }

    private void addListener(ListenerConfig listener) {
        if (listener.pool() != null) {
            add(listener.pool(), new Way("listener " + listener.name(), "", flows.listener(listener.name())));
        }
    }

    /** Adds a way once: listeners of the same type share the routes of the file. */
    private void add(String pool, Way way) {
        ways.computeIfAbsent(pool, _ -> new LinkedHashSet<>()).add(way);
    }

    private Group group(PoolConfig pool) {
        List<Way> leading = List.copyOf(ways.getOrDefault(pool.name(), Set.of()));
        return new Group(
                pool.name(),
                isNamed(pool, leading),
                settings(pool),
                Standing.UNKNOWN,
                leading,
                null,
                pool.backends().stream().map(FileMap::stop).toList(),
                null);
    }

    /** False for an inline pool, which has the name of a way. */
    private static boolean isNamed(PoolConfig pool, List<Way> leading) {
        return leading.stream()
                .noneMatch(way -> way.name().equals(pool.name()) || way.name().equals("listener " + pool.name()));
    }

    private static String settings(PoolConfig pool) {
        HealthCheckConfig.Type probes = pool.healthCheck().type();
        return Spelling.of(pool.balance())
                + (probes == HealthCheckConfig.Type.NONE ? ", no probes" : ", " + Spelling.of(probes) + " probes");
    }

    private static Stop stop(BackendConfig backend) {
        return new Stop(backend.address().toString(), settings(backend), Standing.UNKNOWN, "", Flow.NONE);
    }

    private static String settings(BackendConfig backend) {
        List<String> settings = new ArrayList<>();
        if (backend.backup()) {
            settings.add("backup");
        }
        if (backend.weight() != BackendConfig.DEFAULT_WEIGHT) {
            settings.add("weight " + backend.weight());
        }
        if (backend.maxConnections() != BackendConfig.NO_LIMIT) {
            settings.add("at most " + backend.maxConnections() + " connections");
        }
        return String.join(", ", settings);
    }
}
