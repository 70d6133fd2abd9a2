package dev.usher.map;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.usher.config.BackendConfig;
import dev.usher.config.Cidr;
import dev.usher.config.Fallback;
import dev.usher.config.HostPort;
import dev.usher.config.HttpConfig;
import dev.usher.config.HttpRule;
import dev.usher.config.ListenerConfig;
import dev.usher.config.NotTls;
import dev.usher.config.NotTls.Postgres;
import dev.usher.config.OwnRoutes;
import dev.usher.config.PoolConfig;
import dev.usher.config.RouteConfig;
import dev.usher.config.Target;
import dev.usher.config.UsherConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FileMapTest {
    private static final List<HostPort> ANY_PORT = List.of(new HostPort("", 0));

    private static PoolConfig pool(String name) {
        return PoolConfig.of(name, List.of(BackendConfig.of(new HostPort("127.0.0.1", 1))));
    }

    @Test
    void routesAndDefaultsOfAListenerLeadToTheirPoolsUnderItsName() {
        OwnRoutes own = OwnRoutes.of(RouteConfig.of(
                        "a.test",
                        Target.of("a.test@dot")
                                .withAllow(List.of(Cidr.parse("10.0.0.0/8"), Cidr.parse("10.0.0.1/32")))))
                .withDefaultRoute(Fallback.CLOSE);
        UsherConfig config = UsherConfig.of(
                        List.of(
                                ListenerConfig.tls("https", ANY_PORT),
                                ListenerConfig.tls("dot", ANY_PORT).withOwn(own)),
                        List.of(RouteConfig.of("a.test", "web").withListeners(List.of("https"))),
                        List.of(pool("web"), pool("acme"), pool("a.test@dot")))
                .withDefaultRoute(Fallback.to(Target.of("web").withAlpn(Map.of("acme-tls/1", "acme"))));
        assertEquals(
                List.of(
                        "a.test -> web on https",
                        "default_route -> web",
                        "default_route -> acme alpn acme-tls/1",
                        "a.test@dot -> a.test@dot allow 10.0.0.0/8 and 1 more",
                        "no_sni_route refused",
                        "default_route@dot closed"),
                lines(FileMap.of(config)));
    }

    @Test
    void aListenerTellsOfPostgres() {
        UsherConfig config = UsherConfig.of(
                List.of(
                        ListenerConfig.tls("https", ANY_PORT),
                        ListenerConfig.tls("pg", ANY_PORT)
                                .withNotTls(new NotTls(null, null, new Postgres(Postgres.REFUSE), null))),
                List.of(RouteConfig.of("a.test", "web")),
                List.of(pool("web")));
        assertEquals(
                List.of("https (tls)", "pg (tls, postgres by route)"),
                FileMap.of(config).listeners().stream()
                        .map(door -> door.name() + " (" + door.type() + ")")
                        .toList());
    }

    /** Two listeners share a rule of the file: a way once. The rule of the listener holds for routes without a rule. */
    @Test
    void requestsWithoutTlsLeadToThePoolOfTheirRule() {
        HttpConfig http = HttpConfig.DEFAULT;
        HttpConfig forwarding = new HttpConfig(
                http.timeout(),
                http.maxSizeBytes(),
                http.redirect(),
                http.httpsPort(),
                HttpRule.of(HttpRule.Action.FORWARD));
        UsherConfig config = UsherConfig.of(
                        List.of(
                                ListenerConfig.http("http", ANY_PORT),
                                ListenerConfig.http("http6", ANY_PORT),
                                ListenerConfig.http("inner", ANY_PORT)
                                        .withHttp(forwarding)
                                        .withOwn(OwnRoutes.of(RouteConfig.of("b.test", "web")))),
                        List.of(
                                RouteConfig.of("a.test", "web").withHttp(HttpRule.of(HttpRule.Action.ACME)),
                                RouteConfig.of("c.test", "web")
                                        .withListeners(List.of("http"))
                                        .withHttp(new HttpRule(HttpRule.Action.FORWARD, "files", false, false)),
                                RouteConfig.of("d.test", "web").withHttp(HttpRule.REDIRECT)),
                        List.of(pool("web"), pool("files")))
                .withDefaultRoute(Fallback.pool("web").withHttp(HttpRule.of(HttpRule.Action.FORWARD)));
        assertEquals(
                List.of(
                        "a.test -> web",
                        "c.test -> web on http",
                        "d.test -> web",
                        "default_route -> web",
                        "b.test@inner -> web",
                        "c.test -> files http, forward, on http",
                        "a.test -> web:80 http, acme",
                        "default_route -> web:80 http, forward",
                        "b.test@inner -> web:80 http, forward",
                        "no_sni_route refused"),
                lines(FileMap.of(config)));
    }

    private static List<String> lines(NameMap map) {
        List<String> lines = new ArrayList<>();
        for (NameMap.Group group : map.groups()) {
            group.ways()
                    .forEach(way -> lines.add((way.name() + " -> " + group.pool() + " " + way.condition()).strip()));
        }
        map.refusals().forEach(refusal -> lines.add(refusal.way().name() + " " + refusal.outcome()));
        return lines;
    }
}
