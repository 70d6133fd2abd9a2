package dev.usher.diff;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.Explainer;
import dev.usher.config.AdminConfig;
import dev.usher.config.BackendConfig;
import dev.usher.config.Cidr;
import dev.usher.config.Fallback;
import dev.usher.config.HostPort;
import dev.usher.config.LimitsConfig;
import dev.usher.config.ListenerConfig;
import dev.usher.config.LoggingConfig;
import dev.usher.config.NotTls;
import dev.usher.config.OwnRoutes;
import dev.usher.config.PoolConfig;
import dev.usher.config.ReloadConfig;
import dev.usher.config.ReloadConfig.OnRemovedBackend;
import dev.usher.config.RouteConfig;
import dev.usher.config.ShutdownConfig;
import dev.usher.config.Target;
import dev.usher.config.UsherConfig;
import dev.usher.name.ServerName;
import dev.usher.route.Decision;
import dev.usher.route.RouteQuery;
import dev.usher.testing.PoolConfigBuilder;
import dev.usher.testing.Seed;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class ConfigDiffTest {
    private static final ListenerConfig HTTPS = ListenerConfig.tls("https", List.of(new HostPort("", 443)));
    private static final ListenerConfig INNER = ListenerConfig.tls("inner", List.of(new HostPort("10.0.0.1", 8443)));

    @Nested
    class Names {
        @Test
        void becomeReachableAndUnreachable() {
            UsherConfig before = routes("old.example", "web", "www.example", "web");
            UsherConfig after = routes("new.example", "web", "www.example", "web");
            assertDiff(
                    before,
                    after,
                    "+ route new.example: becomes reachable, by pool web",
                    "- route old.example: becomes unreachable (was pool web)");
        }

        @Test
        void changeTheirPool() {
            assertDiff(
                    routes("www.example", "web"),
                    routes("www.example", "shop"),
                    "~ route www.example: pool web -> shop");
        }

        @Test
        void goToAWiderRouteWhenTheirOwnIsGone() {
            assertDiff(
                    routes("www.example", "web", "*.example", "shop"),
                    routes("*.example", "shop"),
                    "~ route www.example: pool web -> shop by *.example");
        }

        @Test
        void stayWhereTheyAreWhenAWiderRouteLeadsToTheSamePool() {
            assertDiff(routes("www.example", "web", "*.example", "web"), routes("*.example", "web"));
        }

        @Test
        void ofAPatternForBothAreOneLine() {
            assertDiff(
                    routes("www.example", "web"),
                    routes("www.example", "web", ".corp.example", "shop"),
                    "+ route .corp.example: becomes reachable, by pool shop");
        }

        @Test
        void belowStayWhenOnlyTheNameItselfGoes() {
            assertDiff(
                    routes(".example", "web"),
                    routes("*.example", "web"),
                    "- route example: becomes unreachable (was pool web)");
        }

        @Test
        void fallToTheDefaultRoute() {
            UsherConfig before = routes("a.example", "web", "b.example", "web").withDefaultRoute(Fallback.pool("shop"));
            UsherConfig after = routes("b.example", "web").withDefaultRoute(Fallback.pool("shop"));
            assertDiff(before, after, "~ route a.example: pool web -> shop by default_route");
        }

        @Test
        void areToldByListenerWhereThatMakesADifference() {
            RouteConfig everywhere = RouteConfig.of("a.example", "web");
            RouteConfig inside = RouteConfig.of("a.example", "web").withListeners(List.of("inner"));
            RouteConfig other = RouteConfig.of("b.example", "web");
            assertDiff(
                    config(List.of(HTTPS, INNER), List.of(everywhere, other), pools()),
                    config(List.of(HTTPS, INNER), List.of(inside, other), pools()),
                    "- route a.example on listener https: becomes unreachable (was pool web)");
        }

        @Test
        void areToldOfAListenersOwnRoutes() {
            RouteConfig plain = RouteConfig.of("a.example", "web");
            ListenerConfig own = INNER.withOwn(OwnRoutes.of(RouteConfig.of(".example", "shop")));
            assertDiff(
                    config(List.of(HTTPS, INNER), List.of(plain), pools()),
                    config(List.of(HTTPS, own), List.of(plain), pools()),
                    "~ route a.example on listener inner: pool web -> shop by .example",
                    "+ route .example on listener inner: becomes reachable, by pool shop");
        }

        @Test
        void areToldOfAListenersOwnDefault() {
            RouteConfig gone = RouteConfig.of("a.example", "web");
            RouteConfig other = RouteConfig.of("b.example", "web");
            ListenerConfig own = INNER.withOwn(OwnRoutes.NONE.withDefaultRoute(Fallback.pool("shop")));
            assertDiff(
                    config(List.of(HTTPS, own), List.of(gone, other), pools()),
                    config(List.of(HTTPS, own), List.of(other), pools()),
                    "- route a.example on listener https: becomes unreachable (was pool web)",
                    "~ route a.example on listener inner: pool web -> shop by default_route");
        }

        @Test
        void tellWhoMayAsk() {
            RouteConfig open = RouteConfig.of("a.example", "web");
            RouteConfig guarded = RouteConfig.of(
                    "a.example",
                    Target.of("web")
                            .withAlpn(Map.of("acme-tls/1", "shop"))
                            .withAllow(List.of(Cidr.parse("10.0.0.0/8"))));
            assertDiff(
                    config(List.of(HTTPS), List.of(open), pools()),
                    config(List.of(HTTPS), List.of(guarded), pools()),
                    "~ route a.example: alpn {} -> {acme-tls/1=shop}",
                    "~ route a.example: allow [] -> [10.0.0.0/8]");
        }

        @Test
        void areTheSameInAnyOrderAndSpelling() {
            assertDiff(
                    routes("a.example", "web", "b.example", "shop"), routes("B.example.", "shop", "a.example", "web"));
        }

        /** What the diff says of a name is what a connection for it would find. */
        @Test
        void areTheOnesThatConnectionsFind() {
            Random random = new Random(Seed.of(ConfigDiffTest.class));
            List<String> patterns = List.of("a.x", "b.a.x", "*.a.x", ".a.x", "*.x", ".x", "x", "c.x", "*.b.a.x");
            List<String> names = List.of("x", "a.x", "b.a.x", "c.x", "d.x", "d.a.x", "d.b.a.x");
            for (int i = 0; i < 2000; i++) {
                UsherConfig before = randomRoutes(random, patterns);
                UsherConfig after = randomRoutes(random, patterns);
                String diff = ConfigDiff.between(before, after).text();
                boolean same = names.stream()
                        .allMatch(name ->
                                String.valueOf(poolOf(before, name)).equals(String.valueOf(poolOf(after, name))));
                if (!same) {
                    assertTrue(diff.contains("route "), () -> before.routes() + " -> " + after.routes());
                }
                for (String name : List.of("x", "a.x", "b.a.x", "c.x")) {
                    String was = poolOf(before, name);
                    String is = poolOf(after, name);
                    boolean told = diff.contains(" route " + name + ":") || diff.contains(" route ." + name + ":");
                    if (told || isNamed(before, name) || isNamed(after, name)) {
                        assertEquals(
                                !String.valueOf(was).equals(String.valueOf(is)),
                                told,
                                () -> name + " in " + before.routes() + " -> " + after.routes() + ": " + diff);
                    }
                }
            }
        }

        private static boolean isNamed(UsherConfig config, String name) {
            return config.routes().stream()
                    .map(route -> route.pattern().canonical())
                    .anyMatch(pattern -> pattern.equals(name) || pattern.equals("." + name));
        }

        private static UsherConfig randomRoutes(Random random, List<String> patterns) {
            List<String> shuffled = new ArrayList<>(patterns);
            Collections.shuffle(shuffled, random);
            List<RouteConfig> routes = shuffled.stream()
                    .limit(1 + random.nextInt(5))
                    .map(pattern -> RouteConfig.of(pattern, random.nextBoolean() ? "web" : "shop"))
                    .toList();
            return config(List.of(HTTPS), routes, pools());
        }

        private static @Nullable String poolOf(UsherConfig config, String name) {
            RouteQuery asked =
                    new RouteQuery("https", ServerName.of(name), List.of(), InetAddress.getLoopbackAddress());
            return Explainer.explain(config, asked).decision() instanceof Decision.Serve serve
                    ? serve.pool().name()
                    : null;
        }
    }

    @Nested
    class Pools {
        @Test
        void comeAndGoWithTheirBackends() {
            UsherConfig before = config(
                    List.of(HTTPS),
                    List.of(RouteConfig.of("a.example", "web")),
                    List.of(pool("web", "10.0.0.1:443"), pool("old", "10.0.0.8:443", "10.0.0.9:443")));
            UsherConfig after = config(
                    List.of(HTTPS),
                    List.of(RouteConfig.of("a.example", "web")),
                    List.of(pool("web", "10.0.0.1:443"), pool("new", "10.0.0.7:443")));
            assertDiff(before, after, "+ pool new: 10.0.0.7:443", "- pool old: 10.0.0.8:443, 10.0.0.9:443 (draining)");
        }

        @Test
        void gainAndLoseBackends() {
            assertDiff(
                    web(pool("web", "10.0.0.1:443", "10.0.0.2:443")),
                    web(pool("web", "10.0.0.1:443", "10.0.0.3:443")),
                    "+ backend 10.0.0.3:443 of pool web",
                    "- backend 10.0.0.2:443 of pool web (draining)");
        }

        @Test
        void sayWhatBecomesOfTheSessionsOfARemovedBackend() {
            UsherConfig before = web(pool("web", "10.0.0.1:443", "10.0.0.2:443"));
            UsherConfig after = web(pool("web", "10.0.0.1:443"))
                    .withReload(new ReloadConfig(
                            true, Duration.ofMillis(300), Duration.ofSeconds(5), OnRemovedBackend.CLOSE));
            assertDiff(
                    before,
                    after,
                    "- backend 10.0.0.2:443 of pool web (closing its sessions)",
                    "~ reload.on_removed_backend: drain -> close");
        }

        @Test
        void changeSettingsOfBackends() {
            PoolConfig after =
                    PoolConfig.of("web", List.of(new BackendConfig(HostPort.parse("10.0.0.1:443"), 2, 100, true)));
            assertDiff(
                    web(pool("web", "10.0.0.1:443")),
                    web(after),
                    "~ pool web: weight of 10.0.0.1:443 1 -> 2",
                    "~ pool web: max_connections of 10.0.0.1:443 0 -> 100",
                    "~ pool web: backup of 10.0.0.1:443 false -> true");
        }

        @Test
        void changeTheirOwnSettings() {
            PoolConfig plain = pool("web", "10.0.0.1:443");
            PoolConfig changed = PoolConfigBuilder.of("web")
                    .backends(plain.backends())
                    .timeouts(
                            plain.timeouts().withConnect(Duration.ofSeconds(1)).withMaxLifetime(Duration.ofHours(2)))
                    .slowStart(Duration.ofSeconds(30))
                    .onDown(PoolConfig.OnDown.CLOSE)
                    .build()
                    .withHealthCheck(plain.healthCheck());
            assertDiff(
                    web(plain),
                    web(changed),
                    "~ pool web: timeouts.connect 3s -> 1s",
                    "~ pool web: timeouts.max_lifetime none -> 2h",
                    "~ pool web: slow_start none -> 30s",
                    "~ pool web: on_down keep -> close");
        }

        /** With {@code balance: first} the order is who serves. */
        @Test
        void changeTheOrderOfTheirBackends() {
            assertDiff(
                    web(pool("web", "10.0.0.1:443", "10.0.0.2:443")),
                    web(pool("web", "10.0.0.2:443", "10.0.0.1:443")),
                    "~ pool web: its backends are reordered");
        }
    }

    @Nested
    class Listeners {
        @Test
        void comeAndGo() {
            assertDiff(
                    config(List.of(HTTPS), routesOf("a.example", "web"), pools()),
                    config(
                            List.of(ListenerConfig.tcp("raw", List.of(new HostPort("127.0.0.1", 11000)), "web"), HTTPS),
                            routesOf("a.example", "web"),
                            pools()),
                    "+ listener raw: tcp on 127.0.0.1:11000, to pool web");
            assertDiff(
                    config(List.of(HTTPS, INNER), routesOf("a.example", "web"), pools()),
                    config(List.of(HTTPS), routesOf("a.example", "web"), pools()),
                    "- listener inner: closes 10.0.0.1:8443; open sessions continue");
        }

        @Test
        void takeOtherProtocols() {
            ListenerConfig shared = HTTPS.withNotTls(new NotTls("web", null, null, null));
            assertDiff(
                    config(List.of(HTTPS), routesOf("a.example", "web"), pools()),
                    config(List.of(shared), routesOf("a.example", "web"), pools()),
                    "~ listener https: not_tls.ssh none -> web");
            assertDiff(
                    config(List.of(INNER), routesOf("a.example", "web"), pools()),
                    config(List.of(INNER, shared), routesOf("a.example", "web"), pools()),
                    "+ listener https: tls on :443, not_tls.ssh pool web");
        }

        @Test
        void bindElsewhere() {
            ListenerConfig moved =
                    ListenerConfig.tls("https", List.of(new HostPort("", 443), new HostPort("127.0.0.1", 8443)));
            assertDiff(
                    config(List.of(HTTPS), routesOf("a.example", "web"), pools()),
                    config(List.of(moved), routesOf("a.example", "web"), pools()),
                    "~ listener https: rebinding: opens 127.0.0.1:8443; open sessions continue");
        }

        /** Renamed, it is another listener; the names on it are as reachable as before. */
        @Test
        void takeTheirNamesAlongWhenRenamed() {
            assertDiff(
                    config(List.of(HTTPS), routesOf("a.example", "web"), pools()),
                    config(List.of(ListenerConfig.tls("tls", HTTPS.bind())), routesOf("a.example", "web"), pools()),
                    "+ listener tls: tls on :443",
                    "- listener https: closes :443; open sessions continue");
        }
    }

    @Nested
    class Fallbacks {
        private final Fallback guarded = Fallback.to(Target.of("shop").withAllow(List.of(Cidr.parse("10.0.0.0/8"))));

        @Test
        void areToldWithTheirConditions() {
            UsherConfig plain = routes("a.example", "web").withDefaultRoute(Fallback.pool("shop"));
            assertDiff(
                    plain,
                    plain.withDefaultRoute(guarded),
                    "~ default_route: pool shop -> pool shop, allow [10.0.0.0/8]");
        }

        @Test
        void ofAListenerAreToldWithIt() {
            ListenerConfig own = INNER.withOwn(OwnRoutes.NONE.withNoSniRoute(guarded));
            assertDiff(
                    config(List.of(HTTPS, INNER), routesOf("a.example", "web"), pools()),
                    config(List.of(HTTPS, own), routesOf("a.example", "web"), pools()),
                    "~ listener inner: no_sni_route none -> pool shop, allow [10.0.0.0/8]");
            assertDiff(
                    config(List.of(HTTPS), routesOf("a.example", "web"), pools()),
                    config(
                            List.of(
                                    HTTPS,
                                    own.withOwn(new OwnRoutes(routesOf("b.example", "web"), Fallback.CLOSE, null))),
                            routesOf("a.example", "web"),
                            pools()),
                    "+ listener inner: tls on 10.0.0.1:8443, 1 route of its own, default_route close");
        }
    }

    @Nested
    class Settings {
        @Test
        void areToldByTheirNamesInTheFile() {
            UsherConfig plain = routes("a.example", "web");
            UsherConfig changed = plain.withDefaultRoute(Fallback.pool("shop"))
                    .withNoSniRoute(Fallback.CLOSE)
                    .withLimits(new LimitsConfig(10, new LimitsConfig.PerClientIp(5, 0, 0), 512L << 20))
                    .withWorkers(4)
                    .withShutdown(new ShutdownConfig(Duration.ofMinutes(1), Duration.ZERO))
                    .withAdmin(AdminConfig.NONE)
                    .withLogging(new LoggingConfig(
                            LoggingConfig.Level.DEBUG,
                            plain.logging().format(),
                            plain.logging().access()));
            assertDiff(
                    plain,
                    changed,
                    "~ default_route: reject -> pool shop",
                    "~ no_sni_route: reject -> close",
                    "~ limits.max_connections: 50000 -> 10",
                    "~ limits.per_client_ip.connections: 0 -> 5",
                    "~ limits.held_bytes: 256MiB -> 512MiB",
                    "~ workers: auto -> 4",
                    "~ shutdown.drain: 30s -> 1m",
                    "~ admin.bind: 127.0.0.1:9000 -> none",
                    "~ logging.level: info -> debug");
        }

        @Test
        void neverShowTheHashOfAToken() {
            UsherConfig plain = routes("a.example", "web");
            String text = ConfigDiff.between(plain.withAdmin(token("1")), plain.withAdmin(token("2")))
                    .text();
            assertEquals("~ admin.tokens: differs\n", text);
        }

        private static AdminConfig token(String digit) {
            return new AdminConfig(
                    AdminConfig.DEFAULT.bind(),
                    AdminConfig.DEFAULT_ALLOWED_HOSTS,
                    List.of(new AdminConfig.Token("ops", AdminConfig.Role.ADMIN, digit.repeat(64))),
                    null,
                    true);
        }
    }

    @Test
    void isOneLineInTheLog() {
        ConfigDiff diff = ConfigDiff.between(
                routes("old.example", "web", "www.example", "web"),
                routes("new.example", "web", "www.example", "shop"));
        assertEquals("names: 1 newly reachable, 1 no longer reachable, 1 changed", diff.summary());
        assertEquals("no difference", ConfigDiff.NONE.summary());
    }

    // ---- configurations ----

    private static void assertDiff(UsherConfig before, UsherConfig after, String... lines) {
        ConfigDiff diff = ConfigDiff.between(before, after);
        assertEquals(
                List.of(lines), diff.changes().stream().map(Change::toString).toList());
        assertTrue(ConfigDiff.between(after, after).isEmpty());
    }

    private static UsherConfig routes(String... patternsAndPools) {
        return config(List.of(HTTPS), routesOf(patternsAndPools), pools());
    }

    private static List<RouteConfig> routesOf(String... patternsAndPools) {
        List<RouteConfig> routes = new ArrayList<>();
        for (int i = 0; i < patternsAndPools.length; i += 2) {
            routes.add(RouteConfig.of(patternsAndPools[i], patternsAndPools[i + 1]));
        }
        return routes;
    }

    private static List<PoolConfig> pools() {
        return List.of(pool("web", "10.0.0.1:443"), pool("shop", "10.0.0.2:443"));
    }

    private static PoolConfig pool(String name, String... backends) {
        return PoolConfig.of(
                name,
                Stream.of(backends)
                        .map(address -> BackendConfig.of(HostPort.parse(address)))
                        .toList());
    }

    private static UsherConfig web(PoolConfig pool) {
        return config(List.of(HTTPS), routesOf("a.example", "web"), List.of(pool));
    }

    private static UsherConfig config(
            List<ListenerConfig> listeners, List<RouteConfig> routes, List<PoolConfig> pools) {
        return UsherConfig.of(listeners, routes, pools);
    }
}
