package dev.usher.server.convert.draft;

import dev.usher.config.Cidr;
import dev.usher.config.RoutePattern;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A rule of a listener: a name, or every name, goes to a pool.
 *
 * @param pattern null for every name
 * @param pool name in the draft
 * @param alpn protocol for the hello to offer; null for any hello
 */
public record Rule(
        Statement statement,
        @Nullable RoutePattern pattern,
        String pool,
        @Nullable String alpn,
        List<Cidr> allow,
        List<Cidr> deny) {
    public Rule {
        allow = List.copyOf(allow);
        deny = List.copyOf(deny);
    }

    public static Rule of(Statement statement, RoutePattern pattern, String pool) {
        return new Rule(statement, pattern, pool, null, List.of(), List.of());
    }
}
