package dev.usher.config;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The whole configuration. References between parts are checked here: every named pool and listener exists.
 *
 * @param listeners by name, in file order; at least one
 * @param routes in file order, which has no meaning
 * @param defaultRoute for a name without a matching route
 * @param noSniRoute for a hello without a name
 * @param pools by name, inline pools of routes and listeners included, and the pools for requests at port 80
 * @param sources by name, in file order; routes and pools of sources are added for the configuration in force
 * @param workers threads that relay; 0 is one per core
 * @param transport the way to the kernel's sockets
 */
public record UsherConfig(
        Map<String, ListenerConfig> listeners,
        List<RouteConfig> routes,
        Fallback defaultRoute,
        Fallback noSniRoute,
        Map<String, PoolConfig> pools,
        Map<String, SourceConfig> sources,
        LimitsConfig limits,
        int workers,
        Transport transport,
        ShutdownConfig shutdown,
        ReloadConfig reload,
        AdminConfig admin,
        LoggingConfig logging) {
    /** The only version of the file format so far. */
    public static final int VERSION = 1;

    public static final IntRange WORKERS = new IntRange(0, 1024);
    public static final int ONE_WORKER_PER_CORE = 0;

    public UsherConfig {
        listeners = Check.ordered(listeners, "listeners");
        routes = List.copyOf(Check.present(routes, "routes"));
        pools = PlainPools.with(
                listeners, routes, Check.present(defaultRoute, "default_route"), Check.ordered(pools, "pools"));
        sources = Check.ordered(sources, "sources");
        Check.present(limits, "limits");
        WORKERS.check(workers, "workers");
        Check.present(transport, "transport");
        Check.present(shutdown, "shutdown");
        Check.present(reload, "reload");
        Check.present(admin, "admin");
        Check.present(logging, "logging");
        checkListeners(listeners, pools);
        checkRoutes(routes, listeners, pools);
        checkFallback(defaultRoute, "default_route", pools);
        checkNameless(Check.present(noSniRoute, "no_sni_route"), "no_sni_route", pools);
        pools.forEach((name, pool) ->
                Check.that(name.equals(pool.name()), () -> "pools." + name + " is named " + pool.name()));
        AnonymousClients.faults(listeners, routes, defaultRoute, noSniRoute, pools, limits).values().stream()
                .findFirst()
                .ifPresent(fault -> Check.that(false, fault));
        checkSources(sources, listeners);
        checkSomethingIsServed(listeners, routes, defaultRoute, noSniRoute, sources);
        String linuxOnly =
                transport == Transport.NIO ? LinuxKeys.faultWithNio(listeners.values(), pools.values()) : null;
        Check.that(linuxOnly == null, String.valueOf(linuxOnly));
        TemplateUses.faults(listeners, routes, defaultRoute, noSniRoute, pools).stream()
                .findFirst()
                .ifPresent(fault -> Check.that(false, fault.path() + ": " + fault.text()));
    }

    /** A configuration of these listeners, routes and pools, with defaults for every other setting. */
    public static UsherConfig of(List<ListenerConfig> listeners, List<RouteConfig> routes, List<PoolConfig> pools) {
        return new UsherConfig(
                byName(listeners, ListenerConfig::name),
                routes,
                Fallback.REJECT,
                Fallback.REJECT,
                byName(pools, PoolConfig::name),
                Map.of(),
                LimitsConfig.DEFAULT,
                ONE_WORKER_PER_CORE,
                Transport.AUTO,
                ShutdownConfig.DEFAULT,
                ReloadConfig.DEFAULT,
                AdminConfig.DEFAULT,
                LoggingConfig.DEFAULT);
    }

    private static <T> Map<String, T> byName(List<T> values, Function<T, String> name) {
        Map<String, T> named = new LinkedHashMap<>();
        for (T value : values) {
            Check.that(named.put(name.apply(value), value) == null, name.apply(value) + " comes twice");
        }
        return named;
    }

    private static void checkListeners(Map<String, ListenerConfig> listeners, Map<String, PoolConfig> pools) {
        Check.that(!listeners.isEmpty(), "listeners must not be empty");
        Map<Address, String> bound = new LinkedHashMap<>();
        listeners.forEach((name, listener) -> {
            String path = "listeners." + name;
            Check.that(name.equals(listener.name()), path + " is named " + listener.name());
            checkPool(listener.pool(), () -> path, pools);
            listener.poolsBesideTls().forEach((key, pool) -> checkPool(pool, () -> path + "." + key, pools));
            checkPool(listener.http().requests().pool(), () -> path + ".http.requests", pools);
            listener.own().routes().forEach(route -> checkRoute(route, path + "." + text(route), pools));
            checkFallback(listener.own().defaultRoute(), path + ".default_route", pools);
            checkNameless(listener.own().noSniRoute(), path + ".no_sni_route", pools);
            listener.bind().forEach(address -> checkUnbound(address, name, bound));
            listener.bind().forEach(address -> bound.put(address, name));
        });
    }

    private static void checkUnbound(Address address, String name, Map<Address, String> bound) {
        bound.forEach((other, owner) -> Check.that(
                !address.clashesWith(other),
                "listeners " + owner + " and " + name + " both bind " + (address.equals(other) ? "" : other + " and ")
                        + address));
    }

    private static void checkRoutes(
            List<RouteConfig> routes, Map<String, ListenerConfig> listeners, Map<String, PoolConfig> pools) {
        Map<String, RouteConfig> seen = new HashMap<>();
        for (RouteConfig route : routes) {
            boolean first = seen.put(route.pattern().canonical(), route) == null;
            Check.that(first, () -> text(route) + " comes twice");
            checkRoute(route, text(route), pools);
            for (String name : route.listeners()) {
                ListenerConfig listener = listeners.get(name);
                Check.that(
                        listener != null, () -> text(route) + " names listener \"" + name + "\", which does not exist");
                Check.that(
                        listener == null || listener.type().readsNames(),
                        () -> text(route) + " names listener \"" + name
                                + "\", which is of type tcp and reads no server name");
            }
        }
    }

    private static String text(RouteConfig route) {
        return "routes." + route.pattern().text();
    }

    private static void checkNameless(@Nullable Fallback fallback, String field, Map<String, PoolConfig> pools) {
        Check.that(fallback == null || fallback.http() == null, field + ".http needs a host in the request");
        checkFallback(fallback, field, pools);
    }

    private static void checkFallback(@Nullable Fallback fallback, String field, Map<String, PoolConfig> pools) {
        if (fallback != null && fallback.target() != null) {
            checkTarget(fallback.target(), field, pools);
            checkPool(fallback.http() == null ? null : fallback.http().pool(), () -> field + ".http", pools);
        }
    }

    private static void checkRoute(RouteConfig route, String field, Map<String, PoolConfig> pools) {
        checkTarget(route.target(), field, pools);
        checkPool(route.http() == null ? null : route.http().pool(), () -> field + ".http", pools);
    }

    private static void checkTarget(Target target, String field, Map<String, PoolConfig> pools) {
        checkPool(target.pool(), () -> field, pools);
        target.alpn().forEach((protocol, pool) -> checkPool(pool, () -> field + ".alpn." + protocol, pools));
    }

    private static void checkPool(@Nullable String pool, Supplier<String> field, Map<String, PoolConfig> pools) {
        Check.that(
                pool == null || pools.containsKey(pool),
                () -> field.get() + " names pool \"" + pool + "\", which does not exist");
    }

    /** Pools of a listener's routes have the listener's name behind an {@code @}, as pools of sources. */
    private static void checkSources(Map<String, SourceConfig> sources, Map<String, ListenerConfig> listeners) {
        sources.forEach((name, source) -> {
            Check.that(name.equals(source.name()), () -> "sources." + name + " is named " + source.name());
            Check.that(
                    !listeners.containsKey(name),
                    () -> "sources." + name + " has the name of a listener: their pools would have one name");
        });
    }

    private static void checkSomethingIsServed(
            Map<String, ListenerConfig> listeners,
            List<RouteConfig> routes,
            Fallback defaultRoute,
            Fallback noSniRoute,
            Map<String, SourceConfig> sources) {
        boolean listener = listeners.values().stream()
                .anyMatch(each -> each.type().needsPool()
                        || !each.poolsBesideTls().isEmpty()
                        || each.own().serves());
        boolean fallback = defaultRoute.pool() != null || noSniRoute.pool() != null;
        Check.that(
                listener || fallback || !routes.isEmpty() || !sources.isEmpty(),
                "there must be at least one route or one listener of type tcp");
    }

    /** The routes of a listener: its own, and those of the file with patterns that the listener does not have. */
    public List<RouteConfig> routesOn(ListenerConfig listener) {
        return listener.routesBeside(routes);
    }

    /**
     * The listener for a client of whom no more is known. Of the listeners with names a listener of the protocol is
     * preferred, then a listener with a route for the name, then the first.
     *
     * @param asked a type whose clients speak like the client
     * @param name the requested host; null if the client gives none
     */
    public ListenerConfig firstListenerFor(ListenerType asked, @Nullable String name) {
        return listeners.values().stream()
                .filter(listener -> listener.type().readsNames())
                .min(Comparator.comparing(
                                (ListenerConfig listener) -> !listener.type().speaksLike(asked))
                        .thenComparing(listener -> name == null || !hasRoute(listener, name)))
                .orElseGet(() -> listeners.values().iterator().next());
    }

    private boolean hasRoute(ListenerConfig listener, String name) {
        return routesOn(listener).stream().anyMatch(route -> route.pattern().covers(name));
    }

    /** The source of a pool, and of every route to the pool; null for a pool of the file. */
    public @Nullable String originOf(String pool) {
        PoolConfig known = pools.get(pool);
        return known == null ? null : known.origin();
    }

    /** The number of workers on this machine. */
    public int workerCount() {
        return workers == ONE_WORKER_PER_CORE ? Runtime.getRuntime().availableProcessors() : workers;
    }

    // ---- copies with one setting changed ----

    public UsherConfig withDefaultRoute(Fallback defaultRoute) {
        return Copy.of(this, "defaultRoute", defaultRoute);
    }

    public UsherConfig withNoSniRoute(Fallback noSniRoute) {
        return Copy.of(this, "noSniRoute", noSniRoute);
    }

    /** A copy with routes and pools of sources. */
    public UsherConfig withBrought(List<RouteConfig> more, Map<String, PoolConfig> morePools) {
        List<RouteConfig> all = new ArrayList<>(routes);
        all.addAll(more);
        Map<String, PoolConfig> allPools = new LinkedHashMap<>(pools);
        allPools.putAll(morePools);
        return Copy.of(this).with("routes", all).with("pools", allPools).make();
    }

    public UsherConfig withSources(Map<String, SourceConfig> sources) {
        return Copy.of(this, "sources", sources);
    }

    public UsherConfig withPools(Map<String, PoolConfig> pools) {
        return Copy.of(this, "pools", pools);
    }

    public UsherConfig withLimits(LimitsConfig limits) {
        return Copy.of(this, "limits", limits);
    }

    public UsherConfig withWorkers(int workers) {
        return Copy.of(this, "workers", workers);
    }

    public UsherConfig withTransport(Transport transport) {
        return Copy.of(this, "transport", transport);
    }

    public UsherConfig withShutdown(ShutdownConfig shutdown) {
        return Copy.of(this, "shutdown", shutdown);
    }

    public UsherConfig withReload(ReloadConfig reload) {
        return Copy.of(this, "reload", reload);
    }

    public UsherConfig withAdmin(AdminConfig admin) {
        return Copy.of(this, "admin", admin);
    }

    public UsherConfig withLogging(LoggingConfig logging) {
        return Copy.of(this, "logging", logging);
    }
}
