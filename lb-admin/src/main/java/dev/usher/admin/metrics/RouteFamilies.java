package dev.usher.admin.metrics;

import static dev.usher.admin.metrics.Families.metric;

import dev.usher.Looks;
import dev.usher.config.Fallback;
import dev.usher.config.ListenerConfig;
import dev.usher.config.OwnRoutes;
import dev.usher.config.RouteConfig;
import dev.usher.config.UsherConfig;
import dev.usher.metrics.Traffic;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Metrics of each route. */
final class RouteFamilies {
    /** Limit, since a file may have 100,000 routes. A route has three series. */
    static final int MAX_ROUTES = 1000;

    private static final MetricMetadata SESSIONS =
            metric("route_sessions", "Sessions that the route decided, ended ones, however they ended.");
    private static final MetricMetadata RECEIVED =
            metric("route_received_bytes", "Bytes from clients of the route, of ended sessions.");
    private static final MetricMetadata SENT =
            metric("route_sent_bytes", "Bytes to clients of the route, of ended sessions.");

    private RouteFamilies() {}

    static void add(Families to, UsherConfig config, Looks looks) {
        Map<String, Traffic.Figures> all = new LinkedHashMap<>();
        addDefaults(all, null, config.defaultRoute(), config.noSniRoute(), looks); // first: the limit spares both
        for (ListenerConfig listener : config.listeners().values()) {
            OwnRoutes own = listener.own();
            addDefaults(all, listener.name(), own.defaultRoute(), own.noSniRoute(), looks);
            listener.poolsBesideTls()
                    .keySet()
                    .forEach(route -> all.put(
                            label("(" + route + ")", listener.name()), looks.defaultTraffic(listener.name(), route)));
            addRoutes(all, listener.name(), own.routes(), looks);
        }
        addRoutes(all, null, config.routes(), looks);
        CappedSeries.of(all, MAX_ROUTES, Traffic.Figures::plus)
                .forEach((name, figures) -> add(to, Labels.of("route", name), figures));
    }

    private static void addRoutes(
            Map<String, Traffic.Figures> to, @Nullable String listener, List<RouteConfig> routes, Looks looks) {
        for (RouteConfig route : routes) {
            String pattern = route.pattern().text();
            to.put(label(pattern, listener), looks.routeTraffic(listener, pattern));
        }
    }

    private static void addDefaults(
            Map<String, Traffic.Figures> to,
            @Nullable String listener,
            @Nullable Fallback unknown,
            @Nullable Fallback nameless,
            Looks looks) {
        if (unknown != null) {
            to.put(label("(default)", listener), looks.defaultTraffic(listener, "default"));
        }
        if (nameless != null) {
            to.put(label("(no_sni)", listener), looks.defaultTraffic(listener, "no_sni"));
        }
    }

    private static String label(String name, @Nullable String listener) {
        return listener == null ? name : name + "@" + listener;
    }

    private static void add(Families to, Labels labels, Traffic.Figures figures) {
        to.counter(SESSIONS, labels, figures.sessions());
        to.counter(RECEIVED, labels, figures.receivedBytes());
        to.counter(SENT, labels, figures.sentBytes());
    }
}
