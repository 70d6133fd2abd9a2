package dev.usher.config;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The routing of a single listener, beside the routing of the file.
 *
 * @param routes come before the routes of the file; each pattern once
 * @param defaultRoute in place of the file's; null leaves the file's in force
 * @param noSniRoute in place of the file's; null leaves the file's in force
 */
public record OwnRoutes(
        List<RouteConfig> routes,
        @Nullable Fallback defaultRoute,
        @Nullable Fallback noSniRoute) {
    /** Routing by the file alone. */
    public static final OwnRoutes NONE = new OwnRoutes(List.of(), null, null);

    public OwnRoutes {
        routes = List.copyOf(Check.present(routes, "routes"));
        Set<String> seen = new HashSet<>();
        for (RouteConfig route : routes) {
            Check.that(
                    seen.add(route.pattern().canonical()),
                    () -> "routes." + route.pattern().text() + " comes twice");
            Check.that(
                    route.listeners().isEmpty(),
                    () -> "routes." + route.pattern().text() + " is of one listener, and names others");
        }
    }

    public static OwnRoutes of(RouteConfig... routes) {
        return new OwnRoutes(List.of(routes), null, null);
    }

    public OwnRoutes withDefaultRoute(Fallback defaultRoute) {
        return new OwnRoutes(routes, defaultRoute, noSniRoute);
    }

    public OwnRoutes withNoSniRoute(Fallback noSniRoute) {
        return new OwnRoutes(routes, defaultRoute, noSniRoute);
    }

    public boolean isNone() {
        return equals(NONE);
    }

    /** Whether a client may be served by these routes. */
    boolean serves() {
        return !routes.isEmpty()
                || (defaultRoute != null && defaultRoute.pool() != null)
                || (noSniRoute != null && noSniRoute.pool() != null);
    }
}
