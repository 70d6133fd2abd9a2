package dev.usher.admin;

import dev.usher.config.PoolConfig;
import dev.usher.config.RouteConfig;
import dev.usher.config.UsherConfig;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Routes and listeners that lead to a pool.
 *
 * @param names patterns of routes, in the order of the file, then {@code default_route} and {@code no_sni_route}
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
        for (RouteConfig route : config.routes()) {
            Set<String> pools = new HashSet<>(route.alpn().values());
            pools.add(route.pool());
            pools.forEach(pool -> add(names, pool, route.pattern().text()));
        }
        add(names, config.defaultRoute().pool(), "default_route");
        add(names, config.noSniRoute().pool(), "no_sni_route");
        Map<String, List<String>> listeners = new HashMap<>();
        config.listeners().values().forEach(listener -> add(listeners, listener.pool(), listener.name()));
        return config.pools().keySet().stream()
                .collect(Collectors.toMap(
                        pool -> pool,
                        pool -> new WaysIn(
                                names.getOrDefault(pool, List.of()), listeners.getOrDefault(pool, List.of()))));
    }

    private static void add(Map<String, List<String>> ways, @Nullable String pool, String way) {
        if (pool != null) {
            ways.computeIfAbsent(pool, _ -> new ArrayList<>()).add(way);
        }
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
