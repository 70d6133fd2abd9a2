package dev.usher.server.convert;

import dev.usher.config.RoutePattern;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The rules of a listener as routes. Peers with rules in order take the first match, usher the narrowest pattern:
 * a rule behind a wider rule is never reached in such a peer, and must not be reached in usher.
 */
final class ListenerRoutes {
    private static final Pattern PROTOCOL = Pattern.compile("[!-~]{1,255}");

    private final ListenerDraft listener;
    private final Remarks remarks;
    private final boolean inOrder;
    private final Map<String, RouteDraft> routes = new LinkedHashMap<>();
    /** Pools for a protocol, whatever the name. */
    private final Map<String, String> alpnOfAll = new LinkedHashMap<>();

    private final @Nullable String defaultPool;
    private final @Nullable String noSniPool;

    ListenerRoutes(ListenerDraft listener, boolean inOrder, Remarks remarks) {
        this.listener = listener;
        this.inOrder = inOrder;
        this.remarks = remarks;
        listener.rules().forEach(this::add);
        defaultPool = ofFallback(listener.otherwise(), "default_route");
        noSniPool = ofFallback(listener.nameless(), "no_sni_route");
        routes.values().forEach(this::complete);
        routes.values().removeIf(route -> route.pool() == null);
    }

    ListenerDraft listener() {
        return listener;
    }

    Map<String, RouteDraft> routes() {
        return routes;
    }

    @Nullable
    String defaultPool() {
        return defaultPool;
    }

    @Nullable
    String noSniPool() {
        return noSniPool;
    }

    boolean isEmpty() {
        return routes.isEmpty() && defaultPool == null && noSniPool == null;
    }

    private void add(Rule rule) {
        RoutePattern pattern = rule.pattern();
        if (rule.alpn() != null && !PROTOCOL.matcher(rule.alpn()).matches()) {
            remarks.leftOut(rule.statement(), '"' + rule.alpn() + "\" is not the name of an ALPN protocol");
        } else if (pattern == null) {
            addForAll(rule);
        } else {
            addNamed(rule, pattern);
        }
    }

    private void addNamed(Rule rule, RoutePattern pattern) {
        RouteDraft wider = inOrder ? wider(pattern) : null;
        RouteDraft route = routes.get(pattern.canonical());
        if (wider != null) {
            remarks.leftOut(
                    rule.statement(),
                    pattern.text() + " never comes here: line "
                            + wider.statement().line() + " takes the name first");
        } else if (route == null) {
            routes.put(pattern.canonical(), first(rule, pattern));
        } else if (!route.take(rule)) {
            remarks.leftOut(rule.statement(), repeated(route, pattern));
        }
    }

    private static String repeated(RouteDraft route, RoutePattern pattern) {
        return route.isForSomeClients()
                ? "a name has one route in usher: clients that " + pattern.text() + " of line "
                        + route.statement().line() + " does not take are refused"
                : pattern.text() + " never comes here: line "
                        + route.statement().line() + " takes the name first";
    }

    private RouteDraft first(Rule rule, RoutePattern pattern) {
        RouteDraft route = new RouteDraft(pattern, rule.statement());
        route.alpn().putAll(alpnOfAll);
        route.take(rule);
        return route;
    }

    private void addForAll(Rule rule) {
        if (rule.alpn() != null) {
            alpnOfAll.putIfAbsent(rule.alpn(), rule.pool());
        }
    }

    private @Nullable RouteDraft wider(RoutePattern pattern) {
        for (int dot = pattern.name().indexOf('.');
                dot >= 0;
                dot = pattern.name().indexOf('.', dot + 1)) {
            String parent = pattern.name().substring(dot + 1);
            for (String prefix : List.of("*.", ".")) {
                RouteDraft wider = routes.get(prefix + parent);
                if (wider != null && wider.pool() != null) {
                    return wider;
                }
            }
        }
        RouteDraft self = routes.get("." + pattern.name());
        return self == null || self.pattern().equals(pattern) || self.pool() == null ? null : self;
    }

    private @Nullable String ofFallback(@Nullable Rule rule, String key) {
        if (rule == null) {
            return null;
        }
        boolean limited = !listener.allow().isEmpty() || !listener.deny().isEmpty();
        if (limited || !rule.allow().isEmpty() || !rule.deny().isEmpty()) {
            remarks.leftOut(rule.statement(), key + " cannot have allow or deny yet: such clients are refused");
            return null;
        }
        if (!alpnOfAll.isEmpty()) {
            remarks.leftOut(
                    rule.statement(),
                    key + " cannot have alpn yet: here " + String.join(", ", alpnOfAll.keySet())
                            + " goes to the same pool");
        }
        return rule.pool();
    }

    /** Gives a route without a pool the default's, and limits the route to the listener's sources. */
    private void complete(RouteDraft route) {
        if (route.pool() == null && defaultPool != null) {
            route.pool(defaultPool);
        }
        if (route.pool() == null) {
            remarks.leftOut(
                    route.statement(),
                    "a route needs a pool for hellos that do not offer "
                            + route.alpn().keySet());
        }
        route.limit(List.copyOf(listener.allow()), List.copyOf(listener.deny()));
    }

    /** Whether both listeners treat every name alike. */
    boolean sameAs(ListenerRoutes other) {
        return routing().equals(other.routing());
    }

    private List<Object> routing() {
        List<List<Object>> all = routes.values().stream()
                .map(route -> List.<Object>of(
                        route.pattern().canonical(),
                        String.valueOf(route.pool()),
                        route.alpn(),
                        route.allow(),
                        route.deny()))
                .toList();
        return List.of(Set.copyOf(all), String.valueOf(defaultPool), String.valueOf(noSniPool));
    }
}
