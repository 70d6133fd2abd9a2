package dev.usher.route;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.usher.config.BackendConfig;
import dev.usher.config.Cidr;
import dev.usher.config.Fallback;
import dev.usher.config.ForwardProxy;
import dev.usher.config.HostPort;
import dev.usher.config.HttpRule;
import dev.usher.config.ListenerConfig;
import dev.usher.config.OwnRoutes;
import dev.usher.config.PoolConfig;
import dev.usher.config.RouteConfig;
import dev.usher.config.Target;
import dev.usher.config.UsherConfig;
import dev.usher.name.ServerName;
import dev.usher.testing.TestPools;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Goal: requests without TLS go by the rule of their route, and clients that ask for a port get the ports of theirs.
 * Method: each decision in words, with the last step of its explanation.
 */
class RequestRulesTest {
    private static final List<Cidr> INSIDE = List.of(Cidr.parse("192.0.2.0/24"));
    private static final HttpRule FORWARD = HttpRule.of(HttpRule.Action.FORWARD);

    private static final List<ListenerConfig> LISTENERS = List.of(
            ListenerConfig.tls("https", bind(1)),
            ListenerConfig.http("web", bind(2)),
            ListenerConfig.socks("out", bind(3)),
            ListenerConfig.socks("loose", bind(4))
                    .withForwardProxy(ForwardProxy.DEFAULT.withSni(ForwardProxy.Sni.IGNORE)),
            ListenerConfig.connect("proxy", bind(5)).withForwardProxy(ForwardProxy.DEFAULT.withAllow(INSIDE)));

    private static final List<RouteConfig> ROUTES = List.of(
            RouteConfig.of("plain.test", "p0"),
            RouteConfig.of("acme.test", "p0").withHttp(HttpRule.of(HttpRule.Action.ACME)),
            RouteConfig.of("forward.test", "p0").withHttp(FORWARD),
            RouteConfig.of("elsewhere.test", "p0").withHttp(new HttpRule(HttpRule.Action.FORWARD, "p1", false, false)),
            RouteConfig.of("guarded.test", Target.of("p0").withAllow(INSIDE)).withHttp(FORWARD),
            RouteConfig.of("ssh.test", Target.of("p0").withPorts(List.of(22, 443))));

    private static List<HostPort> bind(int port) {
        return List.of(new HostPort("127.0.0.1", port));
    }

    private static RouteTable table(Fallback defaultRoute) {
        List<BackendConfig> backends = List.of(BackendConfig.of(new HostPort("127.0.0.1", 443)));
        UsherConfig config = UsherConfig.of(
                        LISTENERS, ROUTES, List.of(PoolConfig.of("p0", backends), PoolConfig.of("p1", backends)))
                .withDefaultRoute(defaultRoute);
        return new RouteTable(config, TestPools.of(config));
    }

    private static RouteQuery asked(String listener, @Nullable String name, int port, boolean plain) {
        return new RouteQuery(
                listener,
                name == null ? null : ServerName.of(name),
                List.of(),
                InetAddress.ofLiteral("192.0.2.1"),
                false,
                port,
                plain);
    }

    /** The pool or the reason of a refusal, its route, and the last step. */
    private static void assertDecides(
            RouteTable table, RouteQuery asked, String word, @Nullable String route, String last) {
        List<String> steps = steps(table, asked);
        assertEquals(last, steps.getLast());
        switch (table.decide(asked, Trace.NONE)) {
            case Decision.Serve serve -> {
                assertEquals(word, serve.pool().name());
                assertEquals(route, serve.route());
            }
            case Decision.Refuse refuse -> {
                assertEquals(word, refuse.why().name());
                assertEquals(route, refuse.route());
            }
        }
    }

    private static List<String> steps(RouteTable table, RouteQuery asked) {
        List<String> steps = new ArrayList<>();
        table.decide(asked, step -> steps.add(step.get()));
        return steps;
    }

    @ParameterizedTest
    @CsvSource({
        "plain.test, false, REDIRECT, redirect: the client is sent to https",
        "plain.test, true, REDIRECT, redirect: the client is sent to https",
        "acme.test, false, REDIRECT, acme: the client is sent to https",
        "acme.test, true, p0:80, acme: it goes to pool p0:80",
        "forward.test, false, p0:80, forward: it goes to pool p0:80",
        "elsewhere.test, false, p1, forward: it goes to pool p1",
    })
    void aRequestGoesByTheRuleOfItsRoute(String name, boolean challenge, String word, String last) {
        RouteQuery asked =
                new RouteQuery("web", ServerName.of(name), List.of(), InetAddress.ofLiteral("192.0.2.1"), challenge);
        assertDecides(table(Fallback.REJECT), asked, word, name, "a request without TLS, " + last);
    }

    @ParameterizedTest
    @CsvSource({
        "plain.test, 80, NO_PLAIN, 'a request without TLS, redirect: it does not pass'",
        "forward.test, 80, p0:80, 'a request without TLS, forward: it goes to pool p0:80'",
        "forward.test, 8080, PORT, 'a request without TLS for port 8080, and 80 alone is served'",
    })
    void aRequestToAForwardProxyPassesAtPort80(String name, int port, String word, String last) {
        assertDecides(table(Fallback.REJECT), asked("proxy", name, port, true), word, name, last);
    }

    @ParameterizedTest
    @CsvSource({
        "out, ssh.test, 22, p0, route ssh.test matches",
        "out, ssh.test, 23, PORT, 'port 23 is not among ports [22, 443]'",
        "out, ssh.test, 443, p0, 'a ClientHello must follow, sni: must-match'",
        "out, forward.test, 80, PORT, port 80 is not among ports [443]",
        "loose, ssh.test, 443, p0, 'a ClientHello must follow, sni: ignore'",
        "proxy, forward.test, 443, p0, 'a ClientHello must follow, sni: must-match'",
        "gone, ssh.test, 443, p0, 'a ClientHello must follow, sni: must-match'", // removed by a reload meanwhile
    })
    void aClientThatAsksForAPortGetsThePortsOfTheRoute(
            String listener, String name, int port, String word, String last) {
        assertDecides(table(Fallback.REJECT), asked(listener, name, port, false), word, name, last);
    }

    @ParameterizedTest
    @CsvSource({
        "192.0.2.1, p0, the client is in allow 192.0.2.0/24 of the listener",
        "198.51.100.1, DENIED, 'the client is not in allow [192.0.2.0/24] of the listener'",
    })
    void aForwardProxyAdmitsItsOwnClientsBeforeAnyRoute(String client, String word, String first) {
        RouteQuery asked = asked("proxy", "plain.test", 443, false);
        RouteQuery from = new RouteQuery(
                asked.listener(), asked.name(), List.of(), InetAddress.ofLiteral(client), false, 443, false);
        List<String> steps = steps(table(Fallback.REJECT), from);
        assertEquals(first, steps.getFirst());
        assertDecides(
                table(Fallback.REJECT),
                from,
                word,
                word.equals("DENIED") ? null : "plain.test",
                word.equals("DENIED") ? first : "a ClientHello must follow, sni: must-match");
    }

    @Test
    void aClientWithoutAnAddressPassesNoList() {
        RouteTable table = table(Fallback.REJECT);
        ServerName plain = ServerName.of("plain.test");
        assertEquals(
                new Decision.Refuse(Decision.Refusal.DENIED, null, false),
                table.decide(new RouteQuery("proxy", plain, List.of(), null, false, 443, false), Trace.NONE));
        assertDecides(
                table,
                new RouteQuery("out", plain, List.of(), null, false, 443, false),
                "p0",
                "plain.test",
                "a ClientHello must follow, sni: must-match");
        assertDecides(
                table,
                new RouteQuery("web", ServerName.of("guarded.test"), List.of(), null),
                "DENIED",
                "guarded.test",
                "the client has no address, and passes neither allow nor deny");
    }

    @Test
    void theListsOfARouteComeBeforeItsRule() {
        RouteQuery asked =
                new RouteQuery("web", ServerName.of("guarded.test"), List.of(), InetAddress.ofLiteral("198.51.100.1"));
        assertDecides(
                table(Fallback.REJECT), asked, "DENIED", "guarded.test", "the client is not in allow [192.0.2.0/24]");
    }

    // ---- names without a route ----

    private static final String NEEDS_ROUTE = "a request without TLS needs a route, or a default with http: forward";

    @ParameterizedTest
    @CsvSource({
        "web, 0, false",
        "proxy, 80, true",
    })
    void aRequestNeedsARouteOrADefaultForRequests(String listener, int port, boolean plain) {
        RouteQuery asked = asked(listener, "x.test", port, plain);
        assertDecides(table(Fallback.pool("p0")), asked, "UNKNOWN_NAME", null, NEEDS_ROUTE);
        assertDecides(
                table(Fallback.pool("p0").withHttp(FORWARD)),
                asked,
                "p0:80",
                "default",
                "a request without TLS, forward: it goes to pool p0:80");
    }

    @Test
    void aDefaultThatRefusesDoesSoInItsOwnWay() {
        assertDecides(
                table(Fallback.CLOSE),
                asked("web", "x.test", HostPort.NO_PORT, false),
                "UNKNOWN_NAME_SILENT",
                null,
                "default_route: close");
        assertDecides(table(Fallback.CLOSE), asked("proxy", "x.test", 80, true), "UNKNOWN_NAME", null, NEEDS_ROUTE);
    }

    @Test
    void aDefaultForRequestsServesTlsFromItsOwnPool() {
        assertDecides(
                table(Fallback.pool("p0").withHttp(FORWARD)),
                asked("https", "x.test", HostPort.NO_PORT, false),
                "p0",
                "default",
                "default_route: pool p0, http forward");
    }

    @ParameterizedTest
    @CsvSource({
        "out, 192.0.2.9, UNKNOWN_NAME, an address is reached by a route with the same address alone",
        "out, x.test, p0, 'a ClientHello must follow, sni: must-match'",
        "https, 192.0.2.9, p0, default_route: pool p0",
    })
    void aClientThatAsksForAnAddressNeedsARoute(String listener, String name, String word, String last) {
        int port = listener.equals("https") ? HostPort.NO_PORT : 443;
        assertDecides(
                table(Fallback.pool("p0")),
                asked(listener, name, port, false),
                word,
                word.equals("p0") ? "default" : null,
                last);
    }

    @Test
    void aClientThatAsksForNoNameFalls() {
        assertDecides(
                table(Fallback.pool("p0")), asked("out", null, 443, false), "NO_SNI", null, "no_sni_route: reject");
    }

    // ---- steps, and routes below a name ----

    @Test
    void anExplanationSaysWhichListAndWhichProtocolDecided() {
        Target target = Target.of("p0")
                .withAllow(INSIDE)
                .withDeny(List.of(Cidr.parse("192.0.2.99")))
                .withAlpn(Map.of("acme-tls/1", "p1"));
        List<BackendConfig> backends = List.of(BackendConfig.of(new HostPort("127.0.0.1", 443)));
        UsherConfig config = UsherConfig.of(
                LISTENERS,
                List.of(RouteConfig.of("a.test", target)),
                List.of(PoolConfig.of("p0", backends), PoolConfig.of("p1", backends)));
        RouteTable table = new RouteTable(config, TestPools.of(config));
        ServerName name = ServerName.of("a.test");
        List<String> alpn = List.of("acme-tls/1");
        assertEquals(
                List.of(
                        "route a.test matches",
                        "the client is in allow 192.0.2.0/24",
                        "alpn acme-tls/1 goes to pool p1"),
                steps(table, new RouteQuery("https", name, alpn, InetAddress.ofLiteral("192.0.2.1"))));
        assertEquals(
                List.of("route a.test matches", "the client is in deny 192.0.2.99/32"),
                steps(table, new RouteQuery("https", name, alpn, InetAddress.ofLiteral("192.0.2.99"))));
    }

    @ParameterizedTest
    @CsvSource({"https, sub.a.test, *.a.test", "own, sub.a.test, *.sub.a.test", "own, a.test, *.a.test"})
    void aRouteBelowANameIsTheListenersBeforeTheFiles(String listener, String suffix, String pattern) {
        ListenerConfig own =
                ListenerConfig.tls("own", bind(6)).withOwn(OwnRoutes.of(RouteConfig.of("*.sub.a.test", "p0")));
        UsherConfig config = UsherConfig.of(
                List.of(LISTENERS.getFirst(), own),
                List.of(RouteConfig.of("*.a.test", "p0")),
                List.of(PoolConfig.of("p0", List.of(BackendConfig.of(new HostPort("127.0.0.1", 443))))));
        RouteConfig found =
                new RouteTable(config, TestPools.of(config)).on(listener).findBelow(suffix, Trace.NONE);
        assertEquals(pattern, found == null ? null : found.pattern().text());
    }
}
