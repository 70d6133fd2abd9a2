package dev.usher.config;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A pattern of names with its target.
 *
 * @param listeners the listeners of the route; empty stands for every listener with names, and always in a
 *     listener's own routes
 * @param http the treatment of HTTP requests without TLS; null leaves it to the listener
 */
public record RouteConfig(
        RoutePattern pattern,
        Target target,
        List<String> listeners,
        @Nullable HttpRule http) {
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
        return new RouteConfig(RoutePattern.parse(pattern), target, List.of(), null);
    }

    public RouteConfig withListeners(List<String> listeners) {
        return new RouteConfig(pattern, target, listeners, http);
    }

    public RouteConfig withHttp(HttpRule http) {
        return new RouteConfig(pattern, target, listeners, http);
    }

    /** The pool, conditions apart. */
    public String pool() {
        return target.pool();
    }

    public boolean isOn(String listener) {
        return listeners.isEmpty() || listeners.contains(listener);
    }
}
