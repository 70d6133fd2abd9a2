package dev.usher.server.convert;

import dev.usher.config.RoutePattern;
import dev.usher.config.Target;
import dev.usher.server.convert.draft.ListenerDraft;
import dev.usher.server.convert.draft.Remarks;
import dev.usher.server.convert.draft.Rule;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The rules of a listener as routes. Peers with rules in order take the first match, usher the narrowest pattern: a rule
 * behind a wider rule is never reached in such a peer, and must not be reached in usher.
 */
final class DraftRoutes {
    private static final Pattern PROTOCOL = Pattern.compile("[!-~]{1,255}");

    private final ListenerDraft listener;
    private final Remarks remarks;
    private final boolean inOrder;
    private final Map<String, RouteDraft> routes = new LinkedHashMap<>();
    /** Rules for a protocol, whatever the name. */
    private final Map<String, Rule> alpnOfAll = new LinkedHashMap<>();

    private final @Nullable RouteDraft otherwise;
    private final @Nullable RouteDraft nameless;

    DraftRoutes(ListenerDraft listener, boolean inOrder, Remarks remarks) {
        this.listener = listener;
        this.inOrder = inOrder;
        this.remarks = remarks;
        listener.rules().forEach(this::add);
        otherwise = fallback(listener.otherwise());
        nameless = fallback(listener.nameless());
        routes.values().forEach(this::complete);
        routes.values().removeIf(route -> !route.hasPool());
        if (otherwise == null) {
            alpnOfAll.forEach((protocol, rule) -> remarks.changed(
                    rule.statement(), "a name without a route is refused, also if it comes with " + protocol));
        }
    }

    ListenerDraft listener() {
        return listener;
    }

    Collection<RouteDraft> routes() {
        return routes.values();
    }

    @Nullable
    RouteDraft otherwise() {
        return otherwise;
    }

    /** The default of hellos without a name. */
    @Nullable
    RouteDraft nameless() {
        return nameless;
    }

    boolean isEmpty() {
        return routes.isEmpty() && otherwise == null && nameless == null;
    }

    private void add(Rule rule) {
        RoutePattern pattern = rule.pattern();
        if (rule.alpn() != null && !PROTOCOL.matcher(rule.alpn()).matches()) {
            remarks.leftOut(rule.statement(), '"' + rule.alpn() + "\" is not the name of an ALPN protocol");
        } else if (pattern != null) {
            addNamed(rule, pattern);
        } else if (rule.alpn() != null) {
            alpnOfAll.putIfAbsent(rule.alpn(), rule);
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
        int line = route.statement().line();
        return route.isForSomeClients()
                ? "a name has one route in usher: clients that " + pattern.text() + " of line " + line
                        + " does not take are refused"
                : pattern.text() + " never comes here: line " + line + " takes the name first";
    }

    private RouteDraft first(Rule rule, @Nullable RoutePattern pattern) {
        RouteDraft route = new RouteDraft(pattern, rule.statement());
        alpnOfAll.forEach((protocol, each) -> route.alpn().put(protocol, each.pool()));
        route.take(rule);
        return route;
    }

    private @Nullable RouteDraft wider(RoutePattern pattern) {
        for (int dot = pattern.name().indexOf('.');
                dot >= 0;
                dot = pattern.name().indexOf('.', dot + 1)) {
            String parent = pattern.name().substring(dot + 1);
            for (String prefix : List.of("*.", ".")) {
                RouteDraft wider = routes.get(prefix + parent);
                if (wider != null && wider.hasPool()) {
                    return wider;
                }
            }
        }
        RouteDraft self = routes.get("." + pattern.name());
        return self == null || self.pattern().equals(pattern) || !self.hasPool() ? null : self;
    }

    private @Nullable RouteDraft fallback(@Nullable Rule rule) {
        if (rule == null) {
            return null;
        }
        RouteDraft fallback = first(rule, null);
        limit(fallback);
        return fallback;
    }

    /** Gives a route without a pool the default's, and limits the route to the listener's sources. */
    private void complete(RouteDraft route) {
        Rule fallback = listener.otherwise();
        if (!route.hasPool() && fallback != null) {
            route.pool(fallback.pool());
        }
        if (!route.hasPool()) {
            remarks.leftOut(
                    route.statement(),
                    "a route needs a pool for hellos that do not offer "
                            + String.join(", ", route.alpn().keySet()));
        }
        limit(route);
    }

    private void limit(RouteDraft route) {
        route.limit(List.copyOf(listener.allow()), List.copyOf(listener.deny()));
    }

    /** The whole routing, to compare with a second listener's. */
    List<Object> routing() {
        Map<String, Target> targets = routes.values().stream()
                .collect(Collectors.toMap(
                        route -> route.pattern().canonical(), route -> route.target(UnaryOperator.identity())));
        return List.of(targets, target(otherwise), target(nameless));
    }

    private static Optional<Target> target(@Nullable RouteDraft fallback) {
        return Optional.ofNullable(fallback).map(each -> each.target(UnaryOperator.identity()));
    }
}
