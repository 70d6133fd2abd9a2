package dev.usher.route;

import dev.usher.config.Cidr;
import dev.usher.config.Fallback;
import dev.usher.config.ForwardProxy;
import dev.usher.config.HostPort;
import dev.usher.config.HttpRule;
import dev.usher.config.ListenerConfig;
import dev.usher.config.ListenerType;
import dev.usher.config.PlainPools;
import dev.usher.config.RouteConfig;
import dev.usher.config.Spelling;
import dev.usher.config.Target;
import dev.usher.config.UsherConfig;
import dev.usher.name.ServerName;
import dev.usher.pool.Pool;
import dev.usher.route.Decision.Refusal;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Finds the pool for a hello: the route with the exact name, else with the longest suffix, else the default; see
 * {@link ListenerRoutes} for routes of one listener. The order of the file does not matter. The ALPN map of the route or
 * default can then choose a different pool, and its lists of sources can refuse the client.
 *
 * <p>Immutable; shared by the workers.
 */
public final class RouteTable {
    /** The route of a session that {@code default_route} serves, in logs and answers. */
    private static final String DEFAULT = "default";
    /** The route of a session that {@code no_sni_route} serves, in logs and answers. */
    private static final String NO_SNI = "no_sni";

    private final Map<String, ListenerRoutes> byListener;
    private final ListenerRoutes ofFile;
    private final Map<String, Pool> pools;
    /** Listeners of type http, by name. */
    private final Map<String, ListenerConfig> http;
    /** Listeners whose clients ask for a host and a port, by name. */
    private final Map<String, ListenerConfig> forwardProxies;

    /** @param pools by name; at least every pool that {@code config} names */
    public RouteTable(UsherConfig config, Map<String, Pool> pools) {
        this.pools = Map.copyOf(pools);
        this.byListener = ListenerRoutes.byListener(config);
        this.ofFile = Objects.requireNonNull(byListener.get(ListenerRoutes.NO_LISTENER));
        this.http = listeners(config, ListenerType::speaksHttp);
        this.forwardProxies = listeners(config, ListenerType::asksForPorts);
    }

    private static Map<String, ListenerConfig> listeners(UsherConfig config, Predicate<ListenerType> kind) {
        return config.listeners().values().stream()
                .filter(listener -> kind.test(listener.type()))
                .collect(Collectors.toUnmodifiableMap(ListenerConfig::name, listener -> listener));
    }

    /** Decides, and reports each step to {@code trace}. Connections and explanations run the same steps. */
    public Decision decide(RouteQuery query, Trace trace) {
        ListenerConfig forwardProxy = forwardProxies.get(query.listener());
        if (forwardProxy != null && !admits(forwardProxy.forwardProxy(), query.client(), trace)) {
            return new Decision.Refuse(Refusal.DENIED, null, false);
        }
        ListenerRoutes routes = on(query.listener());
        ServerName name = query.name();
        if (name == null) {
            return fall(routes.nameless(), NO_SNI, query, Refusal.NO_SNI, Refusal.NO_SNI_SILENT, trace);
        }
        RouteConfig route = routes.find(name.name(), name.ipLiteral(), trace);
        if (route == null) {
            return fall(routes.unknown(), DEFAULT, query, Refusal.UNKNOWN_NAME, Refusal.UNKNOWN_NAME_SILENT, trace);
        }
        ListenerConfig listener = query.plain() ? forwardProxy : http.get(query.listener());
        return listener == null
                ? go(route.target(), route.pattern().text(), true, query, trace)
                : byRule(route.target(), route.pattern().text(), true, listener.ruleFor(route), query, trace);
    }

    private Decision byRule(
            Target target, String route, boolean byRoute, HttpRule rule, RouteQuery query, Trace trace) {
        if (!admits(target, query.client(), trace)) {
            return new Decision.Refuse(Refusal.DENIED, route, byRoute);
        }
        boolean passes = switch (rule.action()) {
            case REDIRECT -> false;
            case ACME -> query.challenge();
            case FORWARD -> true;
        };
        if (query.plain() && query.port() != PlainPools.PORT) {
            trace.note(() ->
                    "a request without TLS for port " + query.port() + ", and " + PlainPools.PORT + " alone is served");
            return new Decision.Refuse(Refusal.PORT, route, byRoute);
        }
        trace.note(() -> "a request without TLS, " + Spelling.of(rule.action()) + ": "
                + (passes
                        ? "it goes to pool " + rule.poolFor(target)
                        : query.plain() ? "it does not pass" : "the client is sent to https"));
        return passes
                ? new Decision.Serve(route, pool(rule.poolFor(target)), byRoute, rule)
                : new Decision.Refuse(query.plain() ? Refusal.NO_PLAIN : Refusal.REDIRECT, route, byRoute);
    }

    /** The routes of a listener, without the effects of ALPN and sources. */
    public ListenerRoutes on(String listener) {
        return byListener.getOrDefault(listener, ofFile);
    }

    /** Without a rule for requests a pool is for TLS alone: a redirect for names without a route would lead anywhere. */
    private Decision fall(
            ListenerRoutes.Last last, String route, RouteQuery query, Refusal rejected, Refusal closed, Trace trace) {
        Fallback fallback = last.fallback();
        trace.note(() -> last.called() + ": " + fallback);
        boolean ofHttp = http.containsKey(query.listener());
        if (fallback.http() == null && (query.plain() || (ofHttp && fallback.target() != null))) {
            trace.note(() -> "a request without TLS needs a route, or a default with http: forward");
            return new Decision.Refuse(rejected, null, false);
        }
        if (query.port() != HostPort.NO_PORT
                && query.name() != null
                && query.name().ipLiteral()) {
            trace.note(() -> "an address is reached by a route with the same address alone");
            return new Decision.Refuse(rejected, null, false);
        }
        return switch (fallback.action()) {
            case REJECT -> new Decision.Refuse(rejected, null, false);
            case CLOSE -> new Decision.Refuse(closed, null, false);
            case POOL -> {
                Target target = Objects.requireNonNull(fallback.target());
                yield fallback.http() != null && (query.plain() || ofHttp)
                        ? byRule(target, route, false, fallback.http(), query, trace)
                        : go(target, route, false, query, trace);
            }
        };
    }

    private Decision go(Target target, String route, boolean byRoute, RouteQuery query, Trace trace) {
        if (!admits(target, query.client(), trace)) {
            return new Decision.Refuse(Refusal.DENIED, route, byRoute);
        }
        if (query.port() != HostPort.NO_PORT && !target.hasPort(query.port())) {
            trace.note(() -> "port " + query.port() + " is not among ports " + target.ports());
            return new Decision.Refuse(Refusal.PORT, route, byRoute);
        }
        if (query.port() == Target.USUAL_PORT) {
            trace.note(() -> "a ClientHello must follow, sni: " + Spelling.of(sni(query.listener())));
        }
        return new Decision.Serve(route, pool(poolFor(target, query.protocols(), trace)), byRoute, null);
    }

    private ForwardProxy.Sni sni(String listener) {
        ListenerConfig asked = forwardProxies.get(listener);
        return (asked == null ? ForwardProxy.DEFAULT : asked.forwardProxy()).sni();
    }

    private static boolean admits(ForwardProxy listener, @Nullable InetAddress client, Trace trace) {
        return listener.allow().isEmpty()
                || (client != null && allows(listener.allow(), client.getAddress(), " of the listener", trace));
    }

    private static boolean admits(Target target, @Nullable InetAddress asking, Trace trace) {
        if (target.allow().isEmpty() && target.deny().isEmpty()) {
            return true; // returns before getAddress, which copies the bytes at each call
        }
        if (asking == null) {
            trace.note(() -> "the client has no address, and passes neither allow nor deny");
            return false;
        }
        byte[] client = asking.getAddress();
        Cidr denied = containing(target.deny(), client);
        if (denied != null) {
            trace.note(() -> "the client is in deny " + denied);
            return false;
        }
        return target.allow().isEmpty() || allows(target.allow(), client, "", trace);
    }

    /** @param owner of the blocks, for people, with a blank in front; empty for a route */
    private static boolean allows(List<Cidr> allow, byte[] client, String owner, Trace trace) {
        Cidr allowed = containing(allow, client);
        trace.note(() -> allowed == null
                ? "the client is not in allow " + allow + owner
                : "the client is in allow " + allowed + owner);
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

    /** The pool for the first offered protocol in the target's ALPN map, else the target's own pool. */
    private static String poolFor(Target target, List<String> alpn, Trace trace) {
        if (!target.alpn().isEmpty()) {
            for (String protocol : alpn) {
                String pool = target.alpn().get(protocol);
                if (pool != null) {
                    trace.note(() -> "alpn " + protocol + " goes to pool " + pool);
                    return pool;
                }
            }
        }
        return target.pool();
    }

    private Pool pool(String name) {
        Pool pool = pools.get(name);
        if (pool == null) {
            throw new IllegalStateException("no pool " + name + ": the configuration's own check let it pass");
        }
        return pool;
    }
}
