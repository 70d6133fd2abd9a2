package dev.usher.relay;

import dev.usher.config.ListenerConfig;
import dev.usher.config.OwnRoutes;
import dev.usher.config.RouteConfig;
import dev.usher.config.UsherConfig;
import dev.usher.metrics.MinuteClock;
import dev.usher.metrics.Traffic;
import dev.usher.metrics.Traffic.Figures;
import dev.usher.route.Decision;
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
     * The ways of the file, or of a listener's own routes.
     *
     * @param routes by pattern
     * @param defaults ways without a pattern, by word; apart from routes, since a route may be called like a default
     */
    private record Table(Map<String, Traffic> routes, Map<String, Traffic> defaults) {
        static final Table EMPTY = new Table(Map.of(), Map.of());

        /** @param words of ways without a pattern */
        static Table of(List<RouteConfig> routes, Stream<String> words, Table before) {
            Map<String, Traffic> byPattern = new HashMap<>();
            routes.forEach(route -> keep(route.pattern().text(), byPattern, before.routes));
            Map<String, Traffic> byWord = new HashMap<>();
            words.forEach(word -> keep(word, byWord, before.defaults));
            return new Table(byPattern, byWord);
        }

        @Nullable
        Traffic find(String way, boolean byRoute) {
            return (byRoute ? routes : defaults).get(way);
        }

        Stream<Traffic> all() {
            return Stream.concat(routes.values().stream(), defaults.values().stream());
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
        ofFile = Table.of(config.routes(), Stream.of(DEFAULT, NO_SNI), fileBefore);
        for (ListenerConfig listener : config.listeners().values()) {
            if (!listener.own().isNone() || !listener.poolsBesideTls().isEmpty()) {
                Table before = ownBefore.getOrDefault(listener.name(), Table.EMPTY);
                own.put(listener.name(), Table.of(listener.own().routes(), words(listener), before));
            }
            if (listener.pool() != null) {
                keep(listener.name(), listeners, listenersBefore);
            }
        }
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
            case Decision.Serve serve -> of(serve.route(), serve.byRoute(), listener);
            case Decision.Refuse refuse ->
                refuse.route() == null ? null : of(refuse.route(), refuse.byRoute(), listener);
        };
    }

    /** A listener's own way comes before the same way of the file. */
    private @Nullable Traffic of(String way, boolean byRoute, String listener) {
        Table first = own.get(listener);
        Traffic found = first == null ? null : first.find(way, byRoute);
        return found == null ? ofFile.find(way, byRoute) : found;
    }

    /**
     * The counts for a session that no route decides.
     *
     * @param word in place of a route; null for a listener with a pool of its own
     */
    @Nullable
    Traffic withoutRoute(@Nullable String word, String listener) {
        return word == null ? listeners.get(listener) : of(word, false, listener);
    }

    // ---- for people ----

    /** Takes a sample for the rates. A single thread. */
    public void sample(MinuteClock.Tick tick) {
        Stream.concat(Stream.of(ofFile), own.values().stream())
                .flatMap(Table::all)
                .forEach(each -> each.sample(tick));
        listeners.values().forEach(each -> each.sample(tick));
    }

    /**
     * The figures of a route, by the pattern; zero if unknown.
     *
     * @param listener owner of the route; null for a route of the file
     */
    public Figures route(@Nullable String listener, String pattern) {
        return figures(table(listener).find(pattern, true));
    }

    /** The figures of a way without a pattern, by the word of the access log; otherwise like {@link #route}. */
    public Figures fallback(@Nullable String listener, String word) {
        return figures(table(listener).find(word, false));
    }

    /** The figures of a listener with a pool of its own; zero for any other. */
    public Figures listener(String name) {
        return figures(listeners.get(name));
    }

    private Table table(@Nullable String listener) {
        return listener == null ? ofFile : own.getOrDefault(listener, Table.EMPTY);
    }

    private static Figures figures(@Nullable Traffic traffic) {
        return traffic == null ? Figures.NONE : traffic.figures();
    }
}
