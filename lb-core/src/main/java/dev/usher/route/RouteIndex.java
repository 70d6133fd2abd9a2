package dev.usher.route;

import dev.usher.config.RouteConfig;
import dev.usher.config.RoutePattern;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds the route for a name in one table, the file's or a listener's: an exact match, else the route with the longest suffix. The order of the file does not
 * matter.
 *
 * <p>Immutable; shared by the workers.
 */
final class RouteIndex {
    /**
     * Sorts routes for the same name, the narrowest first: {@code x} before {@code .x}, {@code *.x} before {@code .x}.
     */
    private static final Comparator<RouteConfig> NARROWER_FIRST =
            Comparator.comparing(route -> route.pattern().kind());

    /** Keyed by name. A second route for a name applies only on listeners that the first route is not for. */
    private final Map<String, List<RouteConfig>> exact = new HashMap<>();
    /** Keyed by the suffix after the star or the first dot; covers every name that ends in a dot and the suffix. */
    private final Map<String, List<RouteConfig>> below = new HashMap<>();

    /** The end of a route's name for people; empty for routes of the file. */
    private final String owner;

    RouteIndex(List<RouteConfig> routes, String owner) {
        this.owner = owner;
        for (RouteConfig route : routes) {
            RoutePattern pattern = route.pattern();
            if (pattern.kind() != RoutePattern.Kind.BELOW) {
                exact.computeIfAbsent(pattern.name(), _ -> new ArrayList<>()).add(route);
            }
            if (pattern.kind() != RoutePattern.Kind.EXACT) {
                below.computeIfAbsent(pattern.name(), _ -> new ArrayList<>()).add(route);
            }
        }
        exact.values().forEach(list -> list.sort(NARROWER_FIRST));
        below.values().forEach(list -> list.sort(NARROWER_FIRST));
    }

    boolean isEmpty() {
        return exact.isEmpty() && below.isEmpty();
    }

    /**
     * Finds the route for a name; null without a match.
     *
     * @param ipLiteral whether the name is an IP address, which has no labels and so no suffixes
     */
    @Nullable
    RouteConfig find(String name, boolean ipLiteral, String listener, Trace trace) {
        RouteConfig found = firstFor(listener, exact.get(name), "", name, trace);
        // A name has at most 253 bytes, and so at most 126 suffixes.
        int dot = ipLiteral ? -1 : name.indexOf('.');
        return found != null || dot < 0 ? found : findBelow(name.substring(dot + 1), listener, trace);
    }

    /**
     * Finds the route for names below {@code suffix} at any depth that no narrower route matches; null without a match.
     */
    @Nullable
    RouteConfig findBelow(String suffix, String listener, Trace trace) {
        String rest = suffix;
        while (true) {
            RouteConfig found = firstFor(listener, below.get(rest), "*.", rest, trace);
            int dot = rest.indexOf('.');
            if (found != null || dot < 0) {
                return found;
            }
            rest = rest.substring(dot + 1);
        }
    }

    private @Nullable RouteConfig firstFor(
            String listener, @Nullable List<RouteConfig> routes, String star, String looked, Trace trace) {
        if (routes == null) {
            trace.note(() -> "no route" + owner + " for " + star + looked);
            return null;
        }
        for (int i = 0; i < routes.size(); i++) { // an iterator would be an object
            RouteConfig route = routes.get(i);
            String text = route.pattern().text();
            if (route.isOn(listener)) {
                trace.note(() -> "route " + text + owner + " matches");
                return route;
            }
            trace.note(() -> "route " + text + " is for listeners " + route.listeners() + ", not for " + listener);
        }
        return null;
    }
}
