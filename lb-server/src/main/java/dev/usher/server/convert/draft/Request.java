package dev.usher.server.convert.draft;

import dev.usher.config.HttpRule;
import dev.usher.config.RoutePattern;
import org.jspecify.annotations.Nullable;

/**
 * A rule of a listener of type http: requests without TLS that go to a pool.
 *
 * @param pattern null for every name with a route
 * @param pool name in the draft
 */
public record Request(Statement statement, @Nullable RoutePattern pattern, HttpRule.Action action, String pool) {}
