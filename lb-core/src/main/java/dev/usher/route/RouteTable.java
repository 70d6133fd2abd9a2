package dev.usher.route;

import dev.usher.config.Cidr;
import dev.usher.config.Fallback;
import dev.usher.config.ListenerConfig;
import dev.usher.config.RouteConfig;
import dev.usher.config.Spelling;
import dev.usher.config.UsherConfig;
import dev.usher.name.ServerName;
import dev.usher.pool.Pool;
import dev.usher.route.Decision.Refusal;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Finds the pool for a hello: the route with the exact name, else with the longest suffix, else the default. The order
 * of the file does not matter. A route's ALPN map can then choose a different pool, and its lists of sources can refuse
 * the client.
 *
 * <p>Immutable; shared by the workers.
 */
public final class RouteTable {
    private final RouteIndex index;
    private final Fallback defaultRoute;
    private final Fallback noSniRoute;
    private final Map<String, Pool> pools;
    /** Listeners of type http, whose clients are sent to https. */
    private final Set<String> redirecting;

    /** @param pools by name; at least every pool that {@code config} names */
    public RouteTable(UsherConfig config, Map<String, Pool> pools) {
        this.pools = Map.copyOf(pools);
        this.defaultRoute = config.defaultRoute();
        this.noSniRoute = config.noSniRoute();
        this.index = new RouteIndex(config.routes());
        this.redirecting = config.listeners().values().stream()
                .filter(listener -> listener.type().speaksHttp())
                .map(ListenerConfig::name)
                .collect(Collectors.toUnmodifiableSet());
    }

    /** Decides, and reports each step to {@code trace}. Connections and explanations run the same steps. */
    public Decision decide(RouteQuery query, Trace trace) {
        if (query.name() == null) {
            return fall(noSniRoute, "no_sni", query, Refusal.NO_SNI, Refusal.NO_SNI_SILENT, trace);
        }
        ServerName name = query.name();
        RouteConfig route = index.find(name.name(), name.ipLiteral(), query.listener(), trace);
        if (route == null) {
            return fall(defaultRoute, "default", query, Refusal.UNKNOWN_NAME, Refusal.UNKNOWN_NAME_SILENT, trace);
        }
        String pattern = route.pattern().text();
        if (!admits(route, query.client(), trace)) {
            return new Decision.Refuse(Refusal.DENIED, pattern);
        }
        if (redirecting.contains(query.listener())) {
            trace.note(() -> "listener " + query.listener() + " is of type http: the client is sent to https");
            return new Decision.Refuse(Refusal.REDIRECT, pattern);
        }
        return new Decision.Serve(pattern, pool(poolFor(route, query.protocols(), trace)), true);
    }

    /** The routes by name, without the effects of ALPN and sources. */
    public RouteIndex index() {
        return index;
    }

    private static boolean admits(RouteConfig route, InetAddress asking, Trace trace) {
        if (route.allow().isEmpty() && route.deny().isEmpty()) {
            return true; // returns before getAddress, which copies the bytes at each call
        }
        byte[] client = asking.getAddress();
        Cidr denied = containing(route.deny(), client);
        if (denied != null) {
            trace.note(() -> "the client is in deny " + denied);
            return false;
        }
        if (route.allow().isEmpty()) {
            return true;
        }
        Cidr allowed = containing(route.allow(), client);
        trace.note(() ->
                allowed == null ? "the client is not in allow " + route.allow() : "the client is in allow " + allowed);
        return allowed != null;
    }

    private static @Nullable Cidr containing(List<Cidr> blocks, byte[] client) {
        for (Cidr block : blocks) {
            if (block.contains(client)) {
                return block;
            }
        }
        return null;
    }

    /** The pool for the first offered protocol in the route's ALPN map, else the route's own pool. */
    private static String poolFor(RouteConfig route, List<String> alpn, Trace trace) {
        if (!route.alpn().isEmpty()) {
            for (String protocol : alpn) {
                String pool = route.alpn().get(protocol);
                if (pool != null) {
                    trace.note(() -> "alpn " + protocol + " goes to pool " + pool);
                    return pool;
                }
            }
        }
        return route.pool();
    }

    /** A pool is for TLS alone: a redirect for names without a route would lead anywhere. */
    private Decision fall(
            Fallback fallback, String route, RouteQuery query, Refusal rejected, Refusal closed, Trace trace) {
        trace.note(() -> route + "_route: "
                + (fallback.pool() == null ? Spelling.of(fallback.action()) : "pool " + fallback.pool()));
        if (fallback.pool() != null && redirecting.contains(query.listener())) {
            trace.note(() -> "listener " + query.listener() + " is of type http, and serves names with a route only");
            return new Decision.Refuse(rejected, null);
        }
        return switch (fallback.action()) {
            case REJECT -> new Decision.Refuse(rejected, null);
            case CLOSE -> new Decision.Refuse(closed, null);
            case POOL -> new Decision.Serve(route, pool(Objects.requireNonNull(fallback.pool())), false);
        };
    }

    private Pool pool(String name) {
        Pool pool = pools.get(name);
        if (pool == null) {
            throw new IllegalStateException("no pool " + name + ": the configuration's own check let it pass");
        }
        return pool;
    }
}
