package dev.usher.server.convert;

import dev.usher.config.Cidr;
import dev.usher.config.RoutePattern;
import dev.usher.config.Target;
import dev.usher.server.convert.draft.Rule;
import dev.usher.server.convert.draft.Statement;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A route in the making, or a default: the rules of a pattern, joined. */
final class RouteDraft {
    private final @Nullable RoutePattern pattern;
    private final Statement statement;
    private final Map<String, String> alpn = new LinkedHashMap<>();
    private @Nullable String pool;
    private List<Cidr> allow = List.of();
    private List<Cidr> deny = List.of();

    /** @param pattern null for a default */
    RouteDraft(@Nullable RoutePattern pattern, Statement statement) {
        this.pattern = pattern;
        this.statement = statement;
    }

    /** The pattern of a route; must not be asked of a default. */
    RoutePattern pattern() {
        return Objects.requireNonNull(pattern);
    }

    Statement statement() {
        return statement;
    }

    Map<String, String> alpn() {
        return alpn;
    }

    boolean hasPool() {
        return pool != null;
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

    /**
     * The target, with other names for the pools.
     *
     * @param rename from the draft's names to usher's
     */
    Target target(UnaryOperator<String> rename) {
        String main = rename.apply(Objects.requireNonNull(pool));
        Map<String, String> byProtocol = new LinkedHashMap<>();
        alpn.forEach((protocol, name) -> byProtocol.put(protocol, rename.apply(name)));
        return new Target(main, byProtocol, allow, deny, Target.DEFAULT_PORTS);
    }
}
