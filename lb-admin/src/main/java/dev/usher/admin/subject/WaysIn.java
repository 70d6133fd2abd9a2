package dev.usher.admin.subject;

import dev.usher.config.Fallback;
import dev.usher.config.HttpRule;
import dev.usher.config.ListenerConfig;
import dev.usher.config.ListenerType;
import dev.usher.config.OwnRoutes;
import dev.usher.config.PoolConfig;
import dev.usher.config.RouteConfig;
import dev.usher.config.Target;
import dev.usher.config.UsherConfig;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
public record WaysIn(List<Way> names, List<String> listeners) {
    /** No way in. */
    public static final WaysIn NONE = new WaysIn(List.of(), List.of());

    public WaysIn {
        names = List.copyOf(names);
        listeners = List.copyOf(listeners);
    }

    /**
     * A route or a default.
     *
     * @param types of the listeners whose clients come this way; empty if no client does
     */
    public record Way(String name, Set<ListenerType> types) {
        public Way {
            types = Set.copyOf(types);
        }
    }

    /** The ways into each pool, by pool name. One pass over the routes, however many pools there are. */
    public static Map<String, WaysIn> byPool(UsherConfig config) {
        Gathering ways = new Gathering(config);
        return config.pools().keySet().stream().collect(Collectors.toMap(pool -> pool, ways::into));
    }

    private static final class Gathering {
        /** By pool, then by name. */
        private final Map<String, Map<String, Set<ListenerType>>> names = new HashMap<>();
        /** By pool. */
        private final Map<String, List<String>> listeners = new HashMap<>();

        Gathering(UsherConfig config) {
            Collection<ListenerConfig> all = config.listeners().values();
            config.routes().forEach(route -> add(route.target(), route.pattern().text(), types(all, route)));
            addFallbacks(config.defaultRoute(), config.noSniRoute(), "", types(all));
            for (ListenerConfig listener : all) {
                addOwn(listener);
                if (listener.pool() != null) {
                    listeners
                            .computeIfAbsent(listener.pool(), _ -> new ArrayList<>())
                            .add(listener.name());
                }
                if (listener.type().passesRequests()) {
                    config.routesOn(listener).forEach(route -> addRequests(route, listener));
                    addRequests(listener.defaultRouteBeside(config.defaultRoute()), listener);
                }
            }
        }

        WaysIn into(String pool) {
            return new WaysIn(
                    names.getOrDefault(pool, Map.of()).entrySet().stream()
                            .map(each -> new Way(each.getKey(), each.getValue()))
                            .toList(),
                    listeners.getOrDefault(pool, List.of()));
        }

        private static Set<ListenerType> types(Collection<ListenerConfig> listeners, RouteConfig route) {
            return types(listeners.stream()
                    .filter(listener -> route.isOn(listener.name()))
                    .toList());
        }

        /** Types whose clients are led to the pool of a route; requests without TLS are led by a rule. */
        private static Set<ListenerType> types(Collection<ListenerConfig> listeners) {
            return listeners.stream()
                    .map(ListenerConfig::type)
                    .filter(ListenerType::readsHellos)
                    .collect(Collectors.toSet());
        }

        private void addOwn(ListenerConfig listener) {
            OwnRoutes own = listener.own();
            String owner = "@" + listener.name();
            Set<ListenerType> types = types(List.of(listener));
            own.routes().forEach(route -> add(route.target(), route.pattern().text() + owner, types));
            addFallbacks(own.defaultRoute(), own.noSniRoute(), owner, types);
            listener.poolsBesideTls().forEach((key, pool) -> add(pool, key + owner, types));
        }

        /** Adds the pool of requests without TLS. */
        private void addRequests(RouteConfig route, ListenerConfig listener) {
            HttpRule rule = listener.ruleFor(route);
            if (rule.action() != HttpRule.Action.REDIRECT) {
                String way = route.pattern().text() + "@" + listener.name();
                add(rule.poolFor(route.target()), way, Set.of(listener.type()));
            }
        }

        private void addRequests(Fallback fallback, ListenerConfig listener) {
            if (fallback.target() != null && fallback.http() != null) {
                String way = "default_route@" + listener.name();
                add(fallback.http().poolFor(fallback.target()), way, Set.of(listener.type()));
            }
        }

        private void addFallbacks(
                @Nullable Fallback defaultRoute, @Nullable Fallback noSniRoute, String owner, Set<ListenerType> types) {
            add(defaultRoute, "default_route" + owner, types);
            add(noSniRoute, "no_sni_route" + owner, types);
        }

        private void add(@Nullable Fallback fallback, String way, Set<ListenerType> types) {
            if (fallback != null && fallback.target() != null) {
                add(fallback.target(), way, types);
            }
        }

        private void add(Target target, String way, Set<ListenerType> types) {
            target.pools().forEach(pool -> add(pool, way, types));
        }

        private void add(String pool, String way, Set<ListenerType> types) {
            names.computeIfAbsent(pool, _ -> new LinkedHashMap<>())
                    .computeIfAbsent(way, _ -> new HashSet<>())
                    .addAll(types);
        }
    }

    /** Names and listeners, as text for people. */
    public List<String> all() {
        return Stream.concat(names.stream().map(Way::name), listeners.stream().map(name -> "listener " + name))
                .toList();
    }

    /**
     * Whether routes of the file can refer to the pool by name. An inline pool is named after its route or listener. A
     * named pool with the same name looks the same, and is treated as inline.
     */
    public boolean canName(String pool) {
        return PoolConfig.isPoolName(pool)
                && names.stream().noneMatch(way -> way.name().equals(pool))
                && !listeners.contains(pool);
    }
}
