package dev.usher.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Rules for listeners on a unix socket without a PROXY header: nothing may be decided by a client's address. */
public final class AnonymousClients {
    private AnonymousClients() {}

    /** Faults by the name of the listener, at most a single fault each. */
    public static Map<String, String> faults(
            Map<String, ListenerConfig> listeners,
            List<RouteConfig> routes,
            Fallback defaultRoute,
            Fallback noSniRoute,
            Map<String, PoolConfig> pools,
            LimitsConfig limits) {
        Map<String, String> faults = new LinkedHashMap<>();
        listeners.forEach((name, listener) -> {
            UnixPath bind = listener.anonymous();
            String cause = bind == null ? null : cause(listener, routes, defaultRoute, noSniRoute, pools, limits);
            if (cause != null) {
                faults.put(
                        name,
                        "listeners." + name + ": clients of " + bind + " have no address, and " + cause
                                + ": require a PROXY header (accept_proxy_protocol), or leave it out there");
            }
        });
        return faults;
    }

    private static @Nullable String cause(
            ListenerConfig listener,
            List<RouteConfig> routes,
            Fallback defaultRoute,
            Fallback noSniRoute,
            Map<String, PoolConfig> pools,
            LimitsConfig limits) {
        if (!limits.perClientIp().equals(LimitsConfig.PerClientIp.NO_LIMIT)) {
            return "limits.per_client_ip counts by address";
        }
        if (!listener.forwardProxy().allow().isEmpty()) {
            return "the listener has allow";
        }
        for (PoolConfig pool : pools.values()) {
            if (pool.transparent() && leadsTo(pool.name(), listener, routes, defaultRoute, noSniRoute)) {
                return "pool " + pool.name() + " is transparent";
            }
        }
        if (!listener.type().readsNames()) {
            return null;
        }
        for (RouteConfig route : listener.routesBeside(routes)) {
            if (asks(route.target())) {
                return "route " + route.pattern().text() + " has allow or deny";
            }
        }
        OwnRoutes own = listener.own();
        if (asks(listener.defaultRouteBeside(defaultRoute))) {
            return "default_route has allow or deny";
        }
        return asks(own.noSniRoute() == null ? noSniRoute : own.noSniRoute()) ? "no_sni_route has allow or deny" : null;
    }

    private static boolean leadsTo(
            String pool,
            ListenerConfig listener,
            List<RouteConfig> routes,
            Fallback defaultRoute,
            Fallback noSniRoute) {
        if (pool.equals(listener.pool()) || listener.poolsBesideTls().containsValue(pool)) {
            return true;
        }
        if (!listener.type().readsNames()) {
            return false;
        }
        Fallback nameless = listener.own().noSniRoute() == null
                ? noSniRoute
                : listener.own().noSniRoute();
        return pool.equals(listener.http().requests().pool())
                || leadsTo(pool, listener.defaultRouteBeside(defaultRoute))
                || leadsTo(pool, nameless)
                || listener.routesBeside(routes).stream()
                        .anyMatch(route -> leadsTo(pool, route.target(), route.http()));
    }

    private static boolean leadsTo(String pool, Fallback fallback) {
        return fallback.target() != null && leadsTo(pool, fallback.target(), fallback.http());
    }

    private static boolean leadsTo(String pool, Target target, @Nullable HttpRule http) {
        return pool.equals(target.pool())
                || target.alpn().containsValue(pool)
                || (http != null && pool.equals(http.pool()));
    }

    private static boolean asks(Fallback fallback) {
        return fallback.target() != null && asks(fallback.target());
    }

    private static boolean asks(Target target) {
        return !target.allow().isEmpty() || !target.deny().isEmpty();
    }
}
