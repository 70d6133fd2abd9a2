package dev.usher.config;

import java.util.List;

/**
 * A pattern of names with its target.
 *
 * @param listeners the listeners of the route; empty stands for every listener with names, and always in a
 *     listener's own routes
 */
public record RouteConfig(RoutePattern pattern, Target target, List<String> listeners) {
    public RouteConfig {
        Check.present(pattern, "route");
        Check.present(target, "pool");
        listeners = Check.distinct(listeners, "listeners");
    }

    /** A route without conditions. */
    public static RouteConfig of(String pattern, String pool) {
        return of(pattern, Target.of(pool));
    }

    /** A route of every listener. */
    public static RouteConfig of(String pattern, Target target) {
        return new RouteConfig(RoutePattern.parse(pattern), target, List.of());
    }

    public RouteConfig withListeners(List<String> listeners) {
        return new RouteConfig(pattern, target, listeners);
    }

    /** The pool, conditions apart. */
    public String pool() {
        return target.pool();
    }

    public boolean isOn(String listener) {
        return listeners.isEmpty() || listeners.contains(listener);
    }
}
