package dev.usher.config;

import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Pools for HTTP requests without TLS, made of the pools of routes and defaults: the same backends at port 80. */
public final class PlainPools {
    public static final int PORT = 80;

    private PlainPools() {}

    /** The name of the pool made of {@code pool}; a file cannot give such a name. */
    public static String nameFor(String pool) {
        return pool + ":" + PORT;
    }

    /** Names of the pools that routes and defaults need at port 80 as well. */
    public static Set<String> needed(
            Map<String, ListenerConfig> listeners, List<RouteConfig> routes, Fallback defaultRoute) {
        return needed(listeners, routes, defaultRoute, EnumSet.of(HttpRule.Action.ACME, HttpRule.Action.FORWARD));
    }

    private static Set<String> needed(
            Map<String, ListenerConfig> listeners,
            List<RouteConfig> routes,
            Fallback defaultRoute,
            Set<HttpRule.Action> actions) {
        Set<String> pools = new LinkedHashSet<>();
        for (ListenerConfig listener : listeners.values()) {
            if (listener.type().passesRequests()) {
                add(listener, listener.own().routes(), actions, pools);
                add(listener, routes, actions, pools);
                add(listener.defaultRouteBeside(defaultRoute), actions, pools);
            }
        }
        return pools;
    }

    private static void add(
            ListenerConfig listener, List<RouteConfig> routes, Set<HttpRule.Action> actions, Set<String> pools) {
        for (RouteConfig route : routes) {
            HttpRule rule = listener.ruleFor(route);
            if (route.isOn(listener.name())) {
                add(rule, route.target(), actions, pools);
            }
        }
    }

    private static void add(Fallback fallback, Set<HttpRule.Action> actions, Set<String> pools) {
        if (fallback.target() != null && fallback.http() != null) {
            add(fallback.http(), fallback.target(), actions, pools);
        }
    }

    private static void add(HttpRule rule, Target target, Set<HttpRule.Action> actions, Set<String> pools) {
        if (actions.contains(rule.action()) && rule.pool() == null) {
            pools.add(target.pool());
        }
    }

    /**
     * Adds the pools for port 80. Probes are for pools with every request: ACME servers ask in weeks, and many machines
     * open port 80 only then.
     */
    static Map<String, PoolConfig> with(
            Map<String, ListenerConfig> listeners,
            List<RouteConfig> routes,
            Fallback defaultRoute,
            Map<String, PoolConfig> pools) {
        Map<String, PoolConfig> all = new LinkedHashMap<>(pools);
        Set<String> forwarded = needed(listeners, routes, defaultRoute, EnumSet.of(HttpRule.Action.FORWARD));
        for (String name : needed(listeners, routes, defaultRoute)) {
            PoolConfig pool = pools.get(name);
            if (pool != null) {
                PoolConfig plain = pool.at(nameFor(name), PORT);
                all.put(plain.name(), forwarded.contains(name) ? plain : unwatched(plain));
            }
        }
        return all;
    }

    /** A copy without probes and without ejection: strangers can ask for tokens at a closed port as well. */
    private static PoolConfig unwatched(PoolConfig pool) {
        return pool.withHealthCheck(HealthCheckConfig.NONE)
                .withEjection(pool.ejection().off());
    }
}
