package dev.usher.admin.subject;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.usher.admin.attention.PoolAttention;
import dev.usher.config.BackendConfig;
import dev.usher.config.Fallback;
import dev.usher.config.HostPort;
import dev.usher.config.HttpRule;
import dev.usher.config.ListenerConfig;
import dev.usher.config.ListenerType;
import dev.usher.config.NotTls;
import dev.usher.config.OwnRoutes;
import dev.usher.config.PoolConfig;
import dev.usher.config.RouteConfig;
import dev.usher.config.Target;
import dev.usher.config.UsherConfig;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class WaysInTest {
    private static final HostPort ANY_PORT = new HostPort("127.0.0.1", 0);

    private static PoolConfig pool(String name) {
        return PoolConfig.of(name, List.of(BackendConfig.of(HostPort.parse("127.0.0.1:1"))));
    }

    private static RouteConfig route(String pattern, String pool, Map<String, String> alpn) {
        return RouteConfig.of(pattern, Target.of(pool).withAlpn(alpn));
    }

    private static UsherConfig config() {
        UsherConfig plain = UsherConfig.of(
                List.of(
                        ListenerConfig.tls("https", List.of(ANY_PORT)).withNotTls(new NotTls("git", null, null, "git")),
                        ListenerConfig.tls("dot", List.of(ANY_PORT))
                                .withOwn(OwnRoutes.of(route("www.example.com", "dns", Map.of()))
                                        .withDefaultRoute(Fallback.pool("dns"))),
                        ListenerConfig.tcp("mail", List.of(ANY_PORT), "web")),
                List.of(
                        route("www.example.com", "web", Map.of("h2", "acme", "acme-tls/1", "acme")),
                        route("shop.example.com", "web", Map.of("h2", "web"))),
                List.of(pool("web"), pool("acme"), pool("dns"), pool("git"), pool("unused")));
        return plain.withDefaultRoute(Fallback.pool("web")).withNoSniRoute(Fallback.pool("acme"));
    }

    private static List<WaysIn.Way> tls(String... names) {
        return Stream.of(names)
                .map(name -> new WaysIn.Way(name, Set.of(ListenerType.TLS)))
                .toList();
    }

    @Test
    void eachPoolHasItsRoutesInTheirOrderOnceThenFallbacksThenListeners() {
        assertEquals(
                Map.of(
                        "web",
                        new WaysIn(tls("www.example.com", "shop.example.com", "default_route"), List.of("mail")),
                        "acme",
                        new WaysIn(tls("www.example.com", "no_sni_route"), List.of()),
                        "dns",
                        new WaysIn(tls("www.example.com@dot", "default_route@dot"), List.of()),
                        "git",
                        new WaysIn(tls("not_tls.ssh@https", "not_tls.other@https"), List.of()),
                        "unused",
                        WaysIn.NONE),
                WaysIn.byPool(config()));
    }

    /** The text follows from the listeners: a pool of port 80 sends no TLS alert, and SOCKS has replies. */
    @Test
    void clientsSeeTheRefusalOfTheirListener() {
        RouteConfig www = RouteConfig.of("www.example.com", "web").withHttp(HttpRule.of(HttpRule.Action.ACME));
        RouteConfig inner = RouteConfig.of("inner.example.com", "web").withListeners(List.of("proxy", "socks"));
        RouteConfig plain = RouteConfig.of("plain.example.com", "unused")
                .withListeners(List.of("web"))
                .withHttp(new HttpRule(HttpRule.Action.FORWARD, "files", false, false));
        UsherConfig config = UsherConfig.of(
                List.of(
                        ListenerConfig.tls("https", List.of(ANY_PORT)),
                        ListenerConfig.http("web", List.of(ANY_PORT)),
                        ListenerConfig.socks("socks", List.of(ANY_PORT)),
                        ListenerConfig.connect("proxy", List.of(ANY_PORT)),
                        ListenerConfig.tcp("mail", List.of(ANY_PORT), "files")),
                List.of(www.withListeners(List.of("https", "web")), inner, plain),
                List.of(pool("web"), pool("files"), pool("unused")));
        Map<String, WaysIn> ways = WaysIn.byPool(config);
        assertEquals(
                Map.of(
                        "web",
                        "clients of www.example.com get a TLS alert,"
                                + " clients of inner.example.com get the SOCKS reply 4 or HTTP 503",
                        "web:80",
                        "clients of www.example.com@web get HTTP 503",
                        "files",
                        "clients of plain.example.com@web get HTTP 503, connections to listener mail are closed",
                        "unused",
                        "no route leads there"),
                ways.entrySet().stream()
                        .collect(Collectors.toMap(
                                Map.Entry::getKey, pool -> PoolAttention.whatClientsSee(pool.getValue()))));
    }
}
