package dev.usher.admin.subject;

import dev.usher.config.Fallback;
import dev.usher.config.HttpRule;
import dev.usher.config.ListenerConfig;
import dev.usher.config.OwnRoutes;
import dev.usher.config.PoolConfig;
import dev.usher.config.RouteConfig;
import dev.usher.config.Target;
import dev.usher.config.UsherConfig;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Routes and listeners that lead to a pool.
 *
 * @param names patterns of routes, in the order of the file, then {@code default_route} and {@code no_sni_route}; for
 *     routes and protocols of one listener with {@code @} and the listener behind
 * @param listeners of type tcp
 */
public record WaysIn(List<String> names, List<String> listeners) {
    /** No way in. */
    public static final WaysIn NONE = new WaysIn(List.of(), List.of());

    public WaysIn {
        names = List.copyOf(names);
        listeners = List.copyOf(listeners);
    }

    /** The ways into each pool, by pool name. One pass over the routes, however many pools there are. */
    public static Map<String, WaysIn> byPool(UsherConfig config) {
        Map<String, List<String>> names = new HashMap<>();
        addRoutes(names, config.routes(), config.defaultRoute(), config.noSniRoute(), "");
        Map<String, List<String>> listeners = new HashMap<>();
        for (ListenerConfig listener : config.listeners().values()) {
            OwnRoutes own = listener.own();
            addRoutes(names, own.routes(), own.defaultRoute(), own.noSniRoute(), "@" + listener.name());
            listener.poolsBesideTls().forEach((key, pool) -> add(names, pool, key + "@" + listener.name()));
            if (listener.pool() != null) {
                add(listeners, listener.pool(), listener.name());
            }
            if (listener.type().passesRequests()) {
                config.routesOn(listener).forEach(route -> addHttp(names, route, listener));
                addHttp(names, listener.defaultRouteBeside(config.defaultRoute()), listener);
            }
        }
        return config.pools().keySet().stream()
                .collect(Collectors.toMap(
                        pool -> pool,
                        pool -> new WaysIn(
                                names.getOrDefault(pool, List.of()), listeners.getOrDefault(pool, List.of()))));
    }

    /** The pool of requests without TLS. */
    private static void addHttp(Map<String, List<String>> names, RouteConfig route, ListenerConfig listener) {
        HttpRule rule = listener.ruleFor(route);
        if (rule.action() != HttpRule.Action.REDIRECT) {
            add(names, rule.poolFor(route.target()), route.pattern().text() + "@" + listener.name());
        }
    }

    private static void addHttp(Map<String, List<String>> names, Fallback fallback, ListenerConfig listener) {
        if (fallback.target() != null && fallback.http() != null) {
            add(names, fallback.http().poolFor(fallback.target()), "default_route@" + listener.name());
        }
    }

    private static void addRoutes(
            Map<String, List<String>> names,
            List<RouteConfig> routes,
            @Nullable Fallback defaultRoute,
            @Nullable Fallback noSniRoute,
            String owner) {
        routes.forEach(route -> add(names, route.target(), route.pattern().text() + owner));
        add(names, defaultRoute, "default_route" + owner);
        add(names, noSniRoute, "no_sni_route" + owner);
    }

    private static void add(Map<String, List<String>> names, @Nullable Fallback fallback, String way) {
        if (fallback != null && fallback.target() != null) {
            add(names, fallback.target(), way);
        }
    }

    private static void add(Map<String, List<String>> names, Target target, String way) {
        target.pools().forEach(pool -> add(names, pool, way));
    }

    private static void add(Map<String, List<String>> ways, String pool, String way) {
        ways.computeIfAbsent(pool, _ -> new ArrayList<>()).add(way);
    }

    /** Names and listeners, as text for people. */
    public List<String> all() {
        return Stream.concat(names.stream(), listeners.stream().map(name -> "listener " + name))
                .toList();
    }

    /**
     * Whether routes of the file can refer to the pool by name. An inline pool is named after its route or listener. A
     * named pool with the same name looks the same, and is treated as inline.
     */
    public boolean canName(String pool) {
        return PoolConfig.isPoolName(pool) && !names.contains(pool) && !listeners.contains(pool);
    }
}
