package dev.usher.admin.subject;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.usher.config.BackendConfig;
import dev.usher.config.Fallback;
import dev.usher.config.HostPort;
import dev.usher.config.ListenerConfig;
import dev.usher.config.NotTls;
import dev.usher.config.OwnRoutes;
import dev.usher.config.PoolConfig;
import dev.usher.config.RouteConfig;
import dev.usher.config.Target;
import dev.usher.config.UsherConfig;
import java.util.List;
import java.util.Map;
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

    @Test
    void eachPoolHasItsRoutesInTheirOrderOnceThenFallbacksThenListeners() {
        assertEquals(
                Map.of(
                        "web",
                        new WaysIn(List.of("www.example.com", "shop.example.com", "default_route"), List.of("mail")),
                        "acme",
                        new WaysIn(List.of("www.example.com", "no_sni_route"), List.of()),
                        "dns",
                        new WaysIn(List.of("www.example.com@dot", "default_route@dot"), List.of()),
                        "git",
                        new WaysIn(List.of("not_tls.ssh@https", "not_tls.other@https"), List.of()),
                        "unused",
                        WaysIn.NONE),
                WaysIn.byPool(config()));
    }
}
