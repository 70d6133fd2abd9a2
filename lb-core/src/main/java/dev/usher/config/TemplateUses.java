package dev.usher.config;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The places of templates. A template needs a name to be filled in. Where strangers could choose any host, usher would
 * be an open proxy: such a place needs {@code allow}, or listeners that only this machine can reach.
 */
public final class TemplateUses {
    /**
     * A template in the wrong place.
     *
     * @param path of the setting that names the pool, for example {@code routes.www.example.com}
     * @param text the fault and the remedy, in words
     */
    public record Fault(String path, String text) {}

    private static final String REMEDY =
            "; add allow with the addresses of your clients, or bind the listener to loopback, such as 127.0.0.1:443";

    private final Map<String, PoolConfig> pools;
    /** Listeners whose clients give a name. */
    private final List<ListenerConfig> named;
    /** The first fault of each path. */
    private final Map<String, Fault> faults = new LinkedHashMap<>();

    private TemplateUses(Map<String, ListenerConfig> listeners, Map<String, PoolConfig> pools) {
        this.pools = pools;
        this.named = listeners.values().stream()
                .filter(listener -> listener.type().readsNames())
                .toList();
    }

    /** Each template in the wrong place. A missing pool is no fault here. */
    public static List<Fault> faults(
            Map<String, ListenerConfig> listeners,
            List<RouteConfig> routes,
            Fallback defaultRoute,
            Fallback noSniRoute,
            Map<String, PoolConfig> pools) {
        if (pools.values().stream().noneMatch(PoolConfig::isTemplate)) {
            return List.of();
        }
        TemplateUses uses = new TemplateUses(listeners, pools);
        uses.fallbacks("", defaultRoute, noSniRoute, uses.named);
        routes.forEach(route -> uses.route("routes.", route, uses.of(route)));
        listeners.values().forEach(uses::listener);
        return List.copyOf(uses.faults.values());
    }

    private void listener(ListenerConfig listener) {
        String path = "listeners." + listener.name() + ".";
        nameless(path + "pool", listener.pool());
        listener.poolsBesideTls().forEach((key, pool) -> nameless(path + key, pool));
        OwnRoutes own = listener.own();
        own.routes().forEach(route -> route(path + "routes.", route, List.of(listener)));
        fallbacks(path, own.defaultRoute(), own.noSniRoute(), List.of(listener));
        String requests = path + "http.requests.pool";
        sub(requests, listener.http().requests().pool());
        open(requests, listener.http().requests().pool(), false, List.of(listener));
    }

    private void fallbacks(
            String path,
            @Nullable Fallback defaultRoute,
            @Nullable Fallback noSniRoute,
            Collection<ListenerConfig> on) {
        if (noSniRoute != null && noSniRoute.target() != null) {
            targets(path + "no_sni_route", noSniRoute.target(), null).forEach(this::nameless);
        }
        if (defaultRoute != null && defaultRoute.target() != null) {
            boolean guarded = !defaultRoute.target().allow().isEmpty();
            targets(path + "default_route", defaultRoute.target(), defaultRoute.http())
                    .forEach((place, pool) -> {
                        sub(place, pool);
                        port(place, pool, on);
                        open(place, pool, guarded, on);
                    });
        }
    }

    private void route(String path, RouteConfig route, Collection<ListenerConfig> on) {
        RoutePattern pattern = route.pattern();
        String place = path + pattern.text();
        boolean guarded = !route.target().allow().isEmpty();
        boolean wide = pattern.kind() != RoutePattern.Kind.EXACT && PublicSuffix.is(pattern.name());
        Map<String, String> targets = targets(place, route.target(), route.http());
        targets.forEach((at, pool) -> {
            port(at, pool, on);
            if (pattern.kind() != RoutePattern.Kind.BELOW) {
                sub(at, pool);
            }
            if (wide || !at.equals(place)) {
                open(at, pool, guarded, on, pattern);
            }
        });
        List<ListenerConfig> plain =
                on.stream().filter(listener -> passesRequests(listener, route)).toList();
        open(place, route.pool(), guarded, plain, pattern);
    }

    /** Whether requests of other protocols than TLS go to the route's pool. */
    private static boolean passesRequests(ListenerConfig listener, RouteConfig route) {
        HttpRule rule = listener.ruleFor(route);
        return listener.type().speaksHttp() && rule.action() != HttpRule.Action.REDIRECT && rule.pool() == null;
    }

    private static Map<String, String> targets(String place, Target target, @Nullable HttpRule http) {
        Map<String, String> targets = new LinkedHashMap<>();
        targets.put(place, target.pool());
        target.alpn().forEach((protocol, pool) -> targets.put(place + ".alpn." + protocol, pool));
        if (http != null && http.pool() != null) {
            targets.put(place + ".http.pool", http.pool());
        }
        return targets;
    }

    private Collection<ListenerConfig> of(RouteConfig route) {
        return named.stream().filter(listener -> route.isOn(listener.name())).toList();
    }

    // ---- the faults ----

    private void nameless(String place, @Nullable String pool) {
        HostPort template = template(pool);
        if (template != null) {
            add(place, template + " cannot be filled in here: these clients give no name; write host:port");
        }
    }

    private void sub(String place, @Nullable String pool) {
        HostPort template = template(pool);
        if (template != null && template.needsSub()) {
            add(
                    place,
                    template + ": " + Placeholders.SUB + " stands for the * of a route, and there is no * here; write "
                            + Placeholders.NAME + ", or a route such as \"*.example.com\"");
        }
    }

    private void port(String place, @Nullable String pool, Collection<ListenerConfig> on) {
        HostPort template = template(pool);
        if (template == null || template.port() != 0) {
            return;
        }
        on.stream()
                .filter(listener -> listener.hasUnixSocket() && !listener.type().asksForPorts())
                .findFirst()
                .ifPresent(listener -> add(
                        place,
                        template + ": clients of listener " + listener.name()
                                + " come in at a unix socket, which has no port; write a port in place of "
                                + Placeholders.PORT));
    }

    private void open(String place, @Nullable String pool, boolean guarded, Collection<ListenerConfig> on) {
        open(place, pool, guarded, on, null);
    }

    /** @param pattern of the route; null for names without a route */
    private void open(
            String place,
            @Nullable String pool,
            boolean guarded,
            Collection<ListenerConfig> on,
            @Nullable RoutePattern pattern) {
        HostPort template = template(pool);
        if (template == null || guarded) {
            return;
        }
        Stream<ListenerConfig> reached = on.stream().filter(listener -> !isGuarded(listener));
        reached.findFirst().ifPresent(listener -> add(place, template + danger(listener, pattern) + REMEDY));
    }

    private static String danger(ListenerConfig listener, @Nullable RoutePattern pattern) {
        return pattern != null && pattern.kind() == RoutePattern.Kind.EXACT
                ? ": any client of listener " + listener.name() + " could reach whatever address DNS has for "
                        + pattern.name() + "; write the address of the backend"
                : " makes an open proxy of listener " + listener.name()
                        + ": any client could reach hosts of a stranger's choice";
    }

    private static boolean isGuarded(ListenerConfig listener) {
        return !listener.forwardProxy().allow().isEmpty()
                || listener.bind().stream().allMatch(Address::isLoopback);
    }

    private @Nullable HostPort template(@Nullable String pool) {
        PoolConfig config = pool == null ? null : pools.get(pool);
        return config == null ? null : config.template();
    }

    private void add(String place, String text) {
        faults.putIfAbsent(place, new Fault(place, text));
    }
}
