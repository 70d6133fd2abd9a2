package dev.usher.admin;

import dev.usher.config.ListenerConfig;
import dev.usher.config.PoolConfig;
import dev.usher.config.RouteConfig;
import dev.usher.config.UsherConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * What sends sessions to a pool.
 *
 * @param names patterns of routes, in the order of the file, then {@code default_route} and {@code no_sni_route}
 * @param listeners of type tcp
 */
public record WaysIn(List<String> names, List<String> listeners) {
    public WaysIn {
        names = List.copyOf(names);
        listeners = List.copyOf(listeners);
    }

    /** The ways to one pool of a configuration. */
    public static WaysIn to(String pool, UsherConfig config) {
        List<String> names = new ArrayList<>();
        for (RouteConfig route : config.routes()) {
            if (route.pool().equals(pool) || route.alpn().containsValue(pool)) {
                names.add(route.pattern().text());
            }
        }
        if (pool.equals(config.defaultRoute().pool())) {
            names.add("default_route");
        }
        if (pool.equals(config.noSniRoute().pool())) {
            names.add("no_sni_route");
        }
        List<String> listeners = config.listeners().values().stream()
                .filter(listener -> pool.equals(listener.pool()))
                .map(ListenerConfig::name)
                .toList();
        return new WaysIn(names, listeners);
    }

    /** All of them, as people are shown them. */
    public List<String> all() {
        return Stream.concat(names.stream(), listeners.stream().map(name -> "listener " + name))
                .toList();
    }

    /**
     * Whether routes of the file can name the pool. One that a route or a listener brings along bears its text or name; a
     * pool of the file that has the same name as what leads to it cannot be told from that, and counts as such.
     */
    public boolean canName(String pool) {
        return PoolConfig.isPoolName(pool) && !names.contains(pool) && !listeners.contains(pool);
    }
}
