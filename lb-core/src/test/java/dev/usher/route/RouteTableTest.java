package dev.usher.route;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.config.Cidr;
import dev.usher.config.Fallback;
import dev.usher.config.HostPort;
import dev.usher.config.ListenerConfig;
import dev.usher.config.OwnRoutes;
import dev.usher.config.PoolConfig;
import dev.usher.config.RouteConfig;
import dev.usher.config.RoutePattern;
import dev.usher.config.Target;
import dev.usher.config.UsherConfig;
import dev.usher.name.ServerName;
import dev.usher.testing.Seed;
import dev.usher.testing.TestPools;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A decision is written in one word: the pool, or the reason of a refusal. */
class RouteTableTest {
    private static final List<String> POOLS = List.of("p0", "p1", "p2", "p3", "fallback");
    private static final String LISTENER = "https";
    private static final List<RouteConfig> SERVED = List.of(route("served.test", "p0"));

    private static RouteConfig route(String pattern, String pool) {
        return RouteConfig.of(pattern, pool);
    }

    private static RouteConfig on(List<String> listeners, String pattern, String pool) {
        return route(pattern, pool).withListeners(listeners);
    }

    private static Target guarded(String pool, List<String> allow, List<String> deny) {
        return Target.of(pool)
                .withAllow(allow.stream().map(Cidr::parse).toList())
                .withDeny(deny.stream().map(Cidr::parse).toList());
    }

    private static RouteConfig sources(List<String> allow, List<String> deny) {
        return RouteConfig.of("a.test", guarded("p0", allow, deny));
    }

    private static RouteTable table(Fallback defaultRoute, Fallback noSniRoute, List<RouteConfig> routes) {
        return table(defaultRoute, noSniRoute, OwnRoutes.NONE, routes);
    }

    /** @param own routes of listener {@code other} */
    private static RouteTable table(
            Fallback defaultRoute, Fallback noSniRoute, OwnRoutes own, List<RouteConfig> routes) {
        PoolConfig any = PoolConfig.of("p0", List.of(backend()));
        UsherConfig config = UsherConfig.of(
                        List.of(listener("https"), listener("other").withOwn(own)),
                        routes,
                        POOLS.stream()
                                .map(name -> PoolConfig.of(name, any.backends()))
                                .toList())
                .withDefaultRoute(defaultRoute)
                .withNoSniRoute(noSniRoute);
        return new RouteTable(config, TestPools.of(config));
    }

    private static dev.usher.config.BackendConfig backend() {
        return dev.usher.config.BackendConfig.of(new HostPort("127.0.0.1", 1));
    }

    private static ListenerConfig listener(String name) {
        return ListenerConfig.tls(name, List.of(new HostPort("127.0.0.1", 0)));
    }

    private static RouteTable table(RouteConfig... routes) {
        return table(Fallback.REJECT, Fallback.REJECT, List.of(routes));
    }

    private static InetAddress address(String literal) {
        try {
            return InetAddress.getByName(literal);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private static RouteQuery asked(@Nullable String name, String... alpn) {
        return new RouteQuery(LISTENER, name == null ? null : ServerName.of(name), List.of(alpn), address("192.0.2.1"));
    }

    private static String word(Decision decision) {
        return switch (decision) {
            case Decision.Serve serve -> serve.pool().name();
            case Decision.Refuse refuse -> refuse.why().name();
        };
    }

    /** Decides with a trace and without; both must say the same. */
    private static String decide(RouteTable table, RouteQuery asked) {
        List<String> steps = new ArrayList<>();
        Decision traced = table.decide(asked, step -> steps.add(step.get()));
        assertEquals(traced, table.decide(asked, Trace.NONE));
        steps.forEach(step -> assertTrue(!step.isBlank()));
        return word(traced);
    }

    private static String decide(RouteTable table, String name) {
        return decide(table, asked(name));
    }

    @ParameterizedTest
    @CsvSource({
        "www.a.test, p0", // exact
        "WWW.A.test., p0",
        "b.a.test, p1", // below
        "c.b.a.test, p1",
        "a.test, p2", // itself, by the dot
        "x.sub.a.test, p3", // the longer suffix
        "y.x.sub.a.test, p3",
        "*.sub.a.test, p3", // star and all, as devices send it: as any name there
        "*.x.sub.a.test, p3",
        "*.www.a.test, p1", // no exact name
        "*.a.test, p1",
        "*.test, UNKNOWN_NAME",
        "sub.a.test, p1", // a star is not for the name itself
        "test, UNKNOWN_NAME",
        "xa.test, UNKNOWN_NAME", // a suffix begins at a dot
        "b.test, UNKNOWN_NAME"
    })
    void exactIsBeforeTheLongestSuffixAndThatBeforeTheDefault(String name, String expected) {
        RouteTable table = table(
                route("*.sub.a.test", "p3"),
                route(".a.test", "p2"),
                route("*.a.test", "p1"),
                route("www.a.test", "p0"));
        assertEquals(expected, decide(table, name));
    }

    @Test
    void anExactNameIsBeforeTheDotOfTheSameName() {
        RouteTable table = table(route(".a.test", "p1"), route("a.test", "p0"));
        assertEquals("p0", decide(table, "a.test"));
        assertEquals("p1", decide(table, "b.a.test"));
    }

    @Test
    void aRouteForOtherListenersIsPassedOver() {
        RouteTable table = table(
                on(List.of("other"), "a.test", "p0"),
                on(List.of("https"), ".a.test", "p1"),
                on(List.of("other"), "*.a.test", "p2"));
        assertEquals("p1", decide(table, "a.test"));
        assertEquals("p1", decide(table, "b.a.test"));
        RouteQuery onOther = new RouteQuery("other", ServerName.of("b.a.test"), List.of(), address("192.0.2.1"));
        assertEquals("p2", decide(table, onOther));
    }

    @ParameterizedTest
    @CsvSource({
        "'', p0",
        "h2, p0",
        "acme-tls/1, p1",
        "h2 acme-tls/1, p1",
        "x y, p2", // the client's order, not the file's
        "y x, p3",
        "ACME-TLS/1, p0" // compared byte by byte
    })
    void alpnCanSendANameElsewhere(String offered, String expected) {
        Map<String, String> alpn = new LinkedHashMap<>();
        alpn.put("acme-tls/1", "p1");
        alpn.put("y", "p3");
        alpn.put("x", "p2");
        RouteTable table = table(RouteConfig.of("a.test", Target.of("p0").withAlpn(alpn)));
        String[] protocols = offered.isEmpty() ? new String[0] : offered.split(" ", -1);
        assertEquals(expected, decide(table, asked("a.test", protocols)));
    }

    @ParameterizedTest
    @CsvSource({
        "'', '', 192.0.2.1, p0",
        "192.0.2.0/24, '', 192.0.2.1, p0",
        "192.0.2.0/24, '', 192.0.3.1, DENIED",
        "'', 192.0.2.0/24, 192.0.2.1, DENIED",
        "'', 192.0.2.0/24, 192.0.3.1, p0",
        "192.0.2.0/24, 192.0.2.1, 192.0.2.1, DENIED",
        "192.0.2.0/24, 192.0.2.1, 192.0.2.2, p0",
        "2001:db8::/32, '', 2001:db8::1, p0",
        "2001:db8::/32, '', 192.0.2.1, DENIED",
        "192.0.2.0/24, '', ::ffff:192.0.2.1, p0"
    })
    void sourcesAreCheckedInsideTheChosenRoute(String allow, String deny, String client, String expected) {
        List<String> allowed = allow.isEmpty() ? List.of() : List.of(allow);
        List<String> denied = deny.isEmpty() ? List.of() : List.of(deny);
        RouteQuery asked = new RouteQuery(LISTENER, ServerName.of("a.test"), List.of(), address(client));
        assertEquals(expected, decide(table(sources(allowed, denied)), asked));
    }

    @Test
    void aDeniedClientDoesNotFallThroughToAWiderRoute() {
        RouteTable table = table(sources(List.of(), List.of("192.0.2.0/24")), route(".a.test", "p1"));
        Decision.Refuse refused = assertInstanceOf(Decision.Refuse.class, table.decide(asked("a.test"), Trace.NONE));
        assertEquals(Decision.Refusal.DENIED, refused.why());
        assertEquals("a.test", refused.route());
    }

    @Test
    void anIpAddressMatchesOnlyAnExactRoute() {
        assertEquals("p0", decide(table(route("192.0.2.7", "p0")), "192.0.2.7"));
        assertEquals("UNKNOWN_NAME", decide(table(route("192.0.2.7", "p0")), "192.0.2.8"));
        assertEquals("p1", decide(table(route("*.0.2.7x", "p1")), "192.0.2.7x"));
        assertEquals("p0", decide(table(route("2001:DB8:0::7", "p0")), "2001:db8::7"));
        assertEquals("p0", decide(table(route("2001:db8::7", "p0")), "[2001:db8:0:0::7]"));
        assertEquals("UNKNOWN_NAME", decide(table(route("2001:db8::7", "p0")), "2001:db8::8"));
        assertEquals("UNKNOWN_NAME", decide(table(route("192.0.2.7", "p1")), "::ffff:192.0.2.7"));
    }

    @Test
    void aStarInAClientsNameIsServedByTheDotOfItsSuffixAndFallsWithoutOne() {
        assertEquals("p0", decide(table(route(".a.test", "p0")), "*.a.test"));
        assertEquals("UNKNOWN_NAME", decide(table(route("a.test", "p0")), "*.a.test"));
    }

    @ParameterizedTest
    @CsvSource({"REJECT, UNKNOWN_NAME, NO_SNI", "CLOSE, UNKNOWN_NAME_SILENT, NO_SNI_SILENT", "POOL, fallback, fallback"
    })
    void whatNoRouteIsForFalls(Fallback.Action action, String unknown, String nameless) {
        Fallback fallback = new Fallback(action, action == Fallback.Action.POOL ? Target.of("fallback") : null, null);
        RouteTable table = table(fallback, fallback, List.of(route("a.test", "p0")));
        assertEquals(unknown, decide(table, "b.test"));
        assertEquals(nameless, decide(table, asked(null)));
        assertEquals("p0", decide(table, "a.test"));
    }

    @Test
    void aTraceSaysWhatWasLookedAtInItsOrder() {
        RouteTable table = table(on(List.of("other"), "*.a.test", "p0"), route("*.test", "p1"));
        List<String> steps = new ArrayList<>();
        table.decide(asked("x.a.test"), step -> steps.add(step.get()));
        assertEquals(
                List.of(
                        "no route for x.a.test",
                        "route *.a.test is for listeners [other], not for https",
                        "route *.test matches"),
                steps);
    }

    @ParameterizedTest
    @CsvSource({
        "https, www.a.test, p0", // without routes of its own: the file decides
        "https, x.a.test, p1",
        "https, x.b.test, UNKNOWN_NAME",
        "other, www.a.test, p2", // its own wide route comes before the file's exact one
        "other, x.a.test, p2",
        "other, a.test, p3", // its own exact one before its own wide one
        "other, c.test, p0", // no route of its own: the file's
        "other, x.b.test, fallback", // no route at all: its own default
        "gone, www.a.test, p0", // removed by a reload meanwhile: the file decides
        "gone, x.b.test, UNKNOWN_NAME"
    })
    void aListenersOwnRoutesComeFirstThenTheFileThenItsOwnDefault(String listener, String name, String expected) {
        OwnRoutes own =
                OwnRoutes.of(route(".a.test", "p2"), route("a.test", "p3")).withDefaultRoute(Fallback.pool("fallback"));
        RouteTable table = table(
                Fallback.REJECT,
                Fallback.REJECT,
                own,
                List.of(
                        route("www.a.test", "p0"),
                        route("*.a.test", "p1"),
                        route("a.test", "p1"),
                        route("c.test", "p0")));
        assertEquals(expected, decide(table, on(listener, name, "192.0.2.1")));
    }

    @ParameterizedTest
    @CsvSource({
        "POOL, -, fallback, fallback", // without its own: the file's
        "POOL, REJECT, UNKNOWN_NAME, NO_SNI",
        "POOL, CLOSE, UNKNOWN_NAME_SILENT, NO_SNI_SILENT",
        "REJECT, POOL, fallback, fallback"
    })
    void aListenersOwnDefaultStandsInPlaceOfTheFiles(
            Fallback.Action ofFile, String ofListener, String unknown, String nameless) {
        Fallback file = fallback(ofFile);
        Fallback own = ofListener.equals("-") ? null : fallback(Fallback.Action.valueOf(ofListener));
        RouteTable table = table(file, file, new OwnRoutes(List.of(), own, own), SERVED);
        assertEquals(unknown, decide(table, on("other", "x.test", "192.0.2.1")));
        assertEquals(nameless, decide(table, on("other", null, "192.0.2.1")));
        assertEquals(word(ofFile, "UNKNOWN_NAME"), decide(table, on("https", "x.test", "192.0.2.1")));
        assertEquals(word(ofFile, "NO_SNI"), decide(table, on("https", null, "192.0.2.1")));
    }

    private static Fallback fallback(Fallback.Action action) {
        return new Fallback(action, action == Fallback.Action.POOL ? Target.of("fallback") : null, null);
    }

    private static String word(Fallback.Action action, String rejected) {
        return action == Fallback.Action.POOL ? "fallback" : rejected;
    }

    private static RouteQuery on(String listener, @Nullable String name, String client) {
        return new RouteQuery(listener, name == null ? null : ServerName.of(name), List.of(), address(client));
    }

    @ParameterizedTest
    @CsvSource({
        "'', 192.0.2.1, p0",
        "acme-tls/1, 192.0.2.1, p1",
        "acme-tls/1, 198.51.100.1, DENIED", // sources are checked before ALPN, as in a route
        "'', 198.51.100.1, DENIED",
        "'', 192.0.2.99, DENIED"
    })
    void aDefaultHasTheConditionsOfARoute(String protocol, String client, String expected) {
        Fallback guarded = Fallback.to(
                guarded("p0", List.of("192.0.2.0/24"), List.of("192.0.2.99")).withAlpn(Map.of("acme-tls/1", "p1")));
        RouteTable ofFile = table(guarded, guarded, SERVED);
        RouteTable ofListener =
                table(Fallback.CLOSE, Fallback.CLOSE, new OwnRoutes(List.of(), guarded, guarded), SERVED);
        List<String> offered = protocol.isEmpty() ? List.of() : List.of(protocol);
        for (ServerName name : new ServerName[] {ServerName.of("x.test"), null}) {
            assertEquals(expected, decide(ofFile, new RouteQuery("https", name, offered, address(client))));
            assertEquals(expected, decide(ofListener, new RouteQuery("other", name, offered, address(client))));
        }
    }

    @Test
    void aClientThatADefaultDeniesHasNoRoute() {
        Fallback guarded = Fallback.to(guarded("p0", List.of(), List.of("192.0.2.0/24")));
        RouteTable table = table(guarded, guarded, SERVED);
        assertEquals(
                new Decision.Refuse(Decision.Refusal.DENIED, "default", false),
                table.decide(asked("a.test"), Trace.NONE));
        assertEquals(
                new Decision.Refuse(Decision.Refusal.DENIED, "no_sni", false), table.decide(asked(null), Trace.NONE));
    }

    @Test
    void aTraceSaysWhoseRouteAndDefaultItWas() {
        OwnRoutes own = OwnRoutes.of(route("*.b.test", "p0")).withDefaultRoute(Fallback.CLOSE);
        RouteTable table = table(Fallback.pool("p1"), Fallback.REJECT, own, List.of(route("a.test", "p1")));
        assertEquals(
                List.of("no route of listener other for x.b.test", "route *.b.test of listener other matches"),
                steps(table, on("other", "x.b.test", "192.0.2.1")));
        assertEquals(
                List.of(
                        "no route of listener other for a.test",
                        "no route of listener other for *.test",
                        "route a.test matches"),
                steps(table, on("other", "a.test", "192.0.2.1")));
        List<String> last = steps(table, on("other", "c", "192.0.2.1"));
        assertEquals("default_route of listener other: close", last.getLast());
        assertEquals(
                "no_sni_route: reject",
                steps(table, on("other", null, "192.0.2.1")).getLast());
        assertEquals(
                "default_route: pool p1",
                steps(table, on("https", "c", "192.0.2.1")).getLast());
    }

    private static List<String> steps(RouteTable table, RouteQuery asked) {
        List<String> steps = new ArrayList<>();
        table.decide(asked, step -> steps.add(step.get()));
        return steps;
    }

    /** Against the rules written as plainly as can be: look at every route, keep the best. */
    @Test
    void agreesWithALinearMatcherOnRandomTables() {
        Random random = new Random(Seed.of(RouteTableTest.class));
        for (int round = 0; round < 150; round++) {
            List<RouteConfig> routes = randomRoutes(random);
            List<RouteConfig> ofOther = random.nextBoolean() ? List.of() : ofOneListener(randomRoutes(random));
            OwnRoutes own = new OwnRoutes(ofOther, null, null);
            RouteTable table = table(Fallback.REJECT, Fallback.pool("fallback"), own, routes);
            Collections.shuffle(routes, random);
            RouteTable shuffled = table(Fallback.REJECT, Fallback.pool("fallback"), own, routes);
            for (int i = 0; i < 60; i++) {
                RouteQuery asked = new RouteQuery(
                        random.nextBoolean() ? "https" : "other",
                        ServerName.of(randomName(random, 4)),
                        List.of(),
                        address("192.0.2.1"));
                String expected = linear(asked.listener().equals("other") ? ofOther : List.of(), routes, asked);
                assertEquals(expected, decide(table, asked), asked + " of " + routes);
                assertEquals(expected, decide(shuffled, asked), "in another order: " + asked + " of " + routes);
            }
        }
    }

    private static List<RouteConfig> ofOneListener(List<RouteConfig> routes) {
        return routes.stream().map(route -> route.withListeners(List.of())).toList();
    }

    private static List<RouteConfig> randomRoutes(Random random) {
        TreeSet<String> patterns = new TreeSet<>();
        int count = 1 + random.nextInt(12);
        for (int i = 0; i < count; i++) {
            patterns.add(List.of("", ".", "*.").get(random.nextInt(3)) + randomName(random, 3));
        }
        List<RouteConfig> routes = new ArrayList<>();
        for (String pattern : patterns) {
            List<String> listeners = List.of(List.<String>of(), List.of("https"), List.of("other"))
                    .get(random.nextInt(5) < 3 ? 0 : 1 + random.nextInt(2));
            routes.add(on(listeners, pattern, POOLS.get(random.nextInt(4))));
        }
        return routes;
    }

    private static String randomName(Random random, int maxLabels) {
        StringBuilder name = new StringBuilder("t");
        for (int labels = random.nextInt(maxLabels); labels > 0; labels--) {
            name.insert(0, "abc".charAt(random.nextInt(3)) + ".");
        }
        return name.toString();
    }

    private static String linear(List<RouteConfig> own, List<RouteConfig> routes, RouteQuery asked) {
        RouteConfig ofListener = best(own, asked);
        RouteConfig best = ofListener == null ? best(routes, asked) : ofListener;
        return best == null ? "UNKNOWN_NAME" : best.pool();
    }

    private static @Nullable RouteConfig best(List<RouteConfig> routes, RouteQuery asked) {
        String name = java.util.Objects.requireNonNull(asked.name()).name();
        RouteConfig best = null;
        for (RouteConfig route : routes) {
            boolean here = route.listeners().isEmpty() || route.listeners().contains(asked.listener());
            if (here && matches(route.pattern(), name) && (best == null || rank(route) > rank(best))) {
                best = route;
            }
        }
        return best;
    }

    private static boolean matches(RoutePattern pattern, String name) {
        boolean below = name.endsWith("." + pattern.name());
        return switch (pattern.kind()) {
            case EXACT -> name.equals(pattern.name());
            case BELOW -> below;
            case SELF_AND_BELOW -> below || name.equals(pattern.name());
        };
    }

    /** Higher is better: the longer name, then exact, then the star before the dot. */
    private static int rank(RouteConfig route) {
        int narrowness = switch (route.pattern().kind()) {
            case EXACT -> 2;
            case BELOW -> 1;
            case SELF_AND_BELOW -> 0;
        };
        return 3 * route.pattern().name().length() + narrowness;
    }
}
