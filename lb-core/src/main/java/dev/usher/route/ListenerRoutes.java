package dev.usher.route;

import dev.usher.config.Fallback;
import dev.usher.config.ListenerConfig;
import dev.usher.config.RouteConfig;
import dev.usher.config.UsherConfig;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The routes of a listener. The listener's own routes decide first, then the routes of the file, then the listener's
 * own default, then the file's. A wide route of the listener comes before an exact route of the file.
 *
 * <p>Immutable; shared by the workers.
 */
public final class ListenerRoutes {
    /** The treatment of hellos without a route, and its key for people. */
    record Last(Fallback fallback, String called) {}

    /** In place of a removed listener, for the last sessions. */
    static final String NO_LISTENER = "";

    private final String listener;
    private final RouteIndex own;
    private final RouteIndex file;
    private final Last unknown;
    private final Last nameless;

    private ListenerRoutes(String listener, RouteIndex own, RouteIndex file, Last unknown, Last nameless) {
        this.listener = listener;
        this.own = own;
        this.file = file;
        this.unknown = unknown;
        this.nameless = nameless;
    }

    /** The routes of listeners with names, by listener; under {@link #NO_LISTENER} the file's. */
    public static Map<String, ListenerRoutes> byListener(UsherConfig config) {
        RouteIndex file = new RouteIndex(config.routes(), "");
        Map<String, ListenerRoutes> byListener = new HashMap<>();
        byListener.put(NO_LISTENER, ofFile(config, file));
        for (ListenerConfig listener : config.listeners().values()) {
            if (listener.type().readsNames()) {
                byListener.put(listener.name(), of(config, file, listener));
            }
        }
        return byListener;
    }

    private static ListenerRoutes ofFile(UsherConfig config, RouteIndex file) {
        return new ListenerRoutes(
                NO_LISTENER,
                new RouteIndex(List.of(), ""),
                file,
                new Last(config.defaultRoute(), "default_route"),
                new Last(config.noSniRoute(), "no_sni_route"));
    }

    private static ListenerRoutes of(UsherConfig config, RouteIndex file, ListenerConfig listener) {
        String owner = " of listener " + listener.name();
        return new ListenerRoutes(
                listener.name(),
                new RouteIndex(listener.own().routes(), owner),
                file,
                last("default_route", owner, listener.own().defaultRoute(), config.defaultRoute()),
                last("no_sni_route", owner, listener.own().noSniRoute(), config.noSniRoute()));
    }

    private static Last last(String key, String owner, @Nullable Fallback own, Fallback ofFile) {
        return own == null ? new Last(ofFile, key) : new Last(own, key + owner);
    }

    /**
     * Finds the route for a name; null without a match.
     *
     * @param ipLiteral whether the name is an IP address, which has no labels and so no suffixes
     */
    public @Nullable RouteConfig find(String name, boolean ipLiteral, Trace trace) {
        RouteConfig found = own.isEmpty() ? null : own.find(name, ipLiteral, listener, trace);
        return found != null ? found : file.find(name, ipLiteral, listener, trace);
    }

    /**
     * Finds the route for names below {@code suffix} without a narrower route; null without a match.
     */
    public @Nullable RouteConfig findBelow(String suffix, Trace trace) {
        RouteConfig found = own.isEmpty() ? null : own.findBelow(suffix, listener, trace);
        return found != null ? found : file.findBelow(suffix, listener, trace);
    }

    /** The treatment of a name without a route. */
    public Fallback defaultRoute() {
        return unknown.fallback();
    }

    /** The treatment of a hello without a name. */
    public Fallback noSniRoute() {
        return nameless.fallback();
    }

    Last unknown() {
        return unknown;
    }

    Last nameless() {
        return nameless;
    }
}
