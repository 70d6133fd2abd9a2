package dev.usher.server.convert;

import dev.usher.config.Cidr;
import dev.usher.config.RoutePattern;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A route in the making: the rules of a pattern, joined. */
final class RouteDraft {
    private final RoutePattern pattern;
    private final Statement statement;
    private final Map<String, String> alpn = new LinkedHashMap<>();
    private @Nullable String pool;
    private List<Cidr> allow = List.of();
    private List<Cidr> deny = List.of();

    RouteDraft(RoutePattern pattern, Statement statement) {
        this.pattern = pattern;
        this.statement = statement;
    }

    RoutePattern pattern() {
        return pattern;
    }

    Statement statement() {
        return statement;
    }

    Map<String, String> alpn() {
        return alpn;
    }

    @Nullable
    String pool() {
        return pool;
    }

    List<Cidr> allow() {
        return allow;
    }

    List<Cidr> deny() {
        return deny;
    }

    void pool(String name) {
        pool = name;
    }

    /** Joins a rule; false if an earlier rule has the same clients already. */
    boolean take(Rule rule) {
        if (pool != null) {
            return false;
        }
        if (rule.alpn() != null) {
            return alpn.putIfAbsent(rule.alpn(), rule.pool()) == null;
        }
        pool = rule.pool();
        allow = rule.allow();
        deny = rule.deny();
        return true;
    }

    /** Whether the route refuses some clients. The peer may have a later rule for such clients. */
    boolean isForSomeClients() {
        return !allow.isEmpty() || !deny.isEmpty();
    }

    /** Adds the sources of the listener. */
    void limit(List<Cidr> allowed, List<Cidr> denied) {
        allow = allow.isEmpty() ? allowed : allow;
        deny = Stream.concat(deny.stream(), denied.stream()).distinct().toList();
    }
}
