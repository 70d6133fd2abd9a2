package dev.usher.relay;

import dev.usher.config.Fallback;
import dev.usher.config.HttpRule;
import dev.usher.config.ListenerConfig;
import dev.usher.config.OwnRoutes;
import dev.usher.config.RouteConfig;
import dev.usher.config.UsherConfig;
import dev.usher.metrics.MinuteClock;
import dev.usher.metrics.Traffic;
import dev.usher.metrics.Traffic.Figures;
import dev.usher.route.Decision;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Traffic of each way into a pool: of routes, of defaults, and of listeners with a pool of their own. Made with the
 * routing, so a session allocates nothing and takes no lock; a reload keeps the counts of every way in both
 * configurations.
 */
public final class WayTraffic {
    /** The word for {@code default_route} in logs and answers. */
    public static final String DEFAULT = "default";
    /** The word for {@code no_sni_route} in logs and answers. */
    public static final String NO_SNI = "no_sni";

    /**
     * Ways of a kind of clients.
     *
     * @param routes by pattern
     * @param defaults ways without a pattern, by word; apart from routes, since a route may be called like a default
     */
    private record Ways(Map<String, Traffic> routes, Map<String, Traffic> defaults) {
        static final Ways NONE = new Ways(Map.of(), Map.of());

        /** @param words of ways without a pattern */
        static Ways of(List<RouteConfig> routes, Stream<String> words, Ways before) {
            Map<String, Traffic> byPattern = new HashMap<>();
            routes.forEach(route -> keep(route.pattern().text(), byPattern, before.routes));
            Map<String, Traffic> byWord = new HashMap<>();
            words.forEach(word -> keep(word, byWord, before.defaults));
            return new Ways(byPattern, byWord);
        }

        @Nullable
        Traffic find(String way, boolean byRoute) {
            return (byRoute ? routes : defaults).get(way);
        }

        Stream<Traffic> all() {
            return Stream.concat(routes.values().stream(), defaults.values().stream());
        }
    }

    /**
     * The ways of the file, or of a listener's own routes.
     *
     * @param all of every client outside of {@code requests}
     * @param requests of HTTP requests without TLS on the way to a backend: the pool differs from the pool of hellos
     */
    private record Table(Ways all, Ways requests) {
        static final Table EMPTY = new Table(Ways.NONE, Ways.NONE);

        @Nullable
        Traffic find(String way, boolean byRoute, boolean request) {
            Traffic ofRequests = request ? requests.find(way, byRoute) : null;
            return ofRequests == null ? all.find(way, byRoute) : ofRequests;
        }

        Stream<Traffic> each() {
            return Stream.concat(all.all(), requests.all());
        }
    }

    private final Table ofFile;
    /** By listener. */
    private final Map<String, Table> own = new HashMap<>();
    /** Counts of listeners with a pool of their own, by listener. */
    private final Map<String, Traffic> listeners = new HashMap<>();

    /** Counts from zero. */
    WayTraffic(UsherConfig config) {
        this(config, Table.EMPTY, Map.of(), Map.of());
    }

    private WayTraffic(
            UsherConfig config, Table fileBefore, Map<String, Table> ownBefore, Map<String, Traffic> listenersBefore) {
        ofFile = new Table(
                Ways.of(config.routes(), Stream.of(DEFAULT, NO_SNI), fileBefore.all),
                requests(config.listeners().values(), config.routes(), config.defaultRoute(), fileBefore));
        for (ListenerConfig listener : config.listeners().values()) {
            if (!listener.own().isNone() || !listener.poolsBesideTls().isEmpty()) {
                Table before = ownBefore.getOrDefault(listener.name(), Table.EMPTY);
                OwnRoutes routes = listener.own();
                own.put(
                        listener.name(),
                        new Table(
                                Ways.of(routes.routes(), words(listener), before.all),
                                requests(List.of(listener), routes.routes(), routes.defaultRoute(), before)));
            }
            if (listener.pool() != null) {
                keep(listener.name(), listeners, listenersBefore);
            }
        }
    }

    /** Ways of requests, for routes and a default with a rule for requests. */
    private static Ways requests(
            Collection<ListenerConfig> on, List<RouteConfig> routes, @Nullable Fallback unknown, Table before) {
        List<ListenerConfig> passing =
                on.stream().filter(listener -> listener.type().passesRequests()).toList();
        if (passing.isEmpty()) {
            return Ways.NONE;
        }
        List<RouteConfig> passed = routes.stream()
                .filter(route -> passing.stream()
                        .anyMatch(listener -> route.isOn(listener.name())
                                && listener.ruleFor(route).action() != HttpRule.Action.REDIRECT))
                .toList();
        boolean byDefault = unknown != null && unknown.http() != null;
        return Ways.of(passed, Stream.of(DEFAULT).filter(_ -> byDefault), before.requests);
    }

    private static Stream<String> words(ListenerConfig listener) {
        OwnRoutes routes = listener.own();
        return Stream.of(
                        Stream.of(DEFAULT).filter(_ -> routes.defaultRoute() != null),
                        Stream.of(NO_SNI).filter(_ -> routes.noSniRoute() != null),
                        listener.poolsBesideTls().keySet().stream())
                .flatMap(words -> words);
    }

    private static void keep(String way, Map<String, Traffic> to, Map<String, Traffic> before) {
        to.put(way, before.getOrDefault(way, new Traffic()));
    }

    /** The counts for the next configuration. */
    WayTraffic next(UsherConfig config) {
        return new WayTraffic(config, ofFile, own, listeners);
    }

    // ---- for sessions ----

    /** The counts for a session of a listener with this decision; null if no way was found. */
    @Nullable
    Traffic of(Decision decision, String listener) {
        return switch (decision) {
            case Decision.Serve serve -> of(serve.route(), serve.byRoute(), serve.http() != null, listener);
            case Decision.Refuse refuse ->
                refuse.route() == null ? null : of(refuse.route(), refuse.byRoute(), false, listener);
        };
    }

    /** A listener's own way comes before the same way of the file. */
    private @Nullable Traffic of(String way, boolean byRoute, boolean request, String listener) {
        Table first = own.get(listener);
        Traffic found = first == null ? null : first.find(way, byRoute, request);
        return found == null ? ofFile.find(way, byRoute, request) : found;
    }

    /**
     * The counts for a session that no route decides.
     *
     * @param word in place of a route; null for a listener with a pool of its own
     */
    @Nullable
    Traffic withoutRoute(@Nullable String word, String listener) {
        return word == null ? listeners.get(listener) : of(word, false, false, listener);
    }

    // ---- for people ----

    /** Takes a sample for the rates. A single thread. */
    public void sample(MinuteClock.Tick tick) {
        Stream.concat(Stream.of(ofFile), own.values().stream())
                .flatMap(Table::each)
                .forEach(each -> each.sample(tick));
        listeners.values().forEach(each -> each.sample(tick));
    }

    /**
     * The figures of a route, by the pattern; zero if unknown.
     *
     * @param listener owner of the route; null for a route of the file
     * @param requests true for HTTP requests without TLS on the way to a backend; false for every further client
     */
    public Figures route(@Nullable String listener, String pattern, boolean requests) {
        return figures(ways(listener, requests).find(pattern, true));
    }

    /** The figures of a way without a pattern, by the word of the access log; otherwise like {@link #route}. */
    public Figures fallback(@Nullable String listener, String word, boolean requests) {
        return figures(ways(listener, requests).find(word, false));
    }

    /** The figures of a listener with a pool of its own; zero for any other. */
    public Figures listener(String name) {
        return figures(listeners.get(name));
    }

    private Ways ways(@Nullable String listener, boolean requests) {
        Table table = listener == null ? ofFile : own.getOrDefault(listener, Table.EMPTY);
        return requests ? table.requests : table.all;
    }

    private static Figures figures(@Nullable Traffic traffic) {
        return traffic == null ? Figures.NONE : traffic.figures();
    }
}
