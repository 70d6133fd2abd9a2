package dev.usher.config;

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
        Set<String> pools = new LinkedHashSet<>();
        for (ListenerConfig listener : listeners.values()) {
            if (listener.type().passesRequests()) {
                add(listener, listener.own().routes(), pools);
                add(listener, routes, pools);
                add(listener.defaultRouteBeside(defaultRoute), pools);
            }
        }
        return pools;
    }

    private static void add(ListenerConfig listener, List<RouteConfig> routes, Set<String> pools) {
        for (RouteConfig route : routes) {
            HttpRule rule = listener.ruleFor(route);
            if (route.isOn(listener.name())) {
                add(rule, route.target(), pools);
            }
        }
    }

    private static void add(Fallback fallback, Set<String> pools) {
        if (fallback.target() != null && fallback.http() != null) {
            add(fallback.http(), fallback.target(), pools);
        }
    }

    private static void add(HttpRule rule, Target target, Set<String> pools) {
        if (rule.action() != HttpRule.Action.REDIRECT && rule.pool() == null) {
            pools.add(target.pool());
        }
    }

    /** Adds the pools made of others. */
    static Map<String, PoolConfig> with(
            Map<String, ListenerConfig> listeners,
            List<RouteConfig> routes,
            Fallback defaultRoute,
            Map<String, PoolConfig> pools) {
        Map<String, PoolConfig> all = new LinkedHashMap<>(pools);
        for (String name : needed(listeners, routes, defaultRoute)) {
            PoolConfig pool = pools.get(name);
            if (pool != null) {
                all.put(nameFor(name), pool.at(nameFor(name), PORT));
            }
        }
        return all;
    }
}
