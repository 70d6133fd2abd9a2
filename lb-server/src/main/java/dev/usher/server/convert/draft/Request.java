package dev.usher.server.convert.draft;

import dev.usher.config.HttpRule;
import dev.usher.config.RoutePattern;
import org.jspecify.annotations.Nullable;

/**
 * A rule of a listener of type http: requests without TLS that go to a pool.
 *
 * @param pattern null for every name with a route
 * @param rule with the name of the pool in the draft
 */
public record Request(Statement statement, @Nullable RoutePattern pattern, HttpRule rule) {
    /** The treatment by a program that looks at the host alone: every request passes, and goes on as the client likes. */
    public static HttpRule relayed(String pool) {
        return new HttpRule(HttpRule.Action.FORWARD, pool, false, true);
    }
}
