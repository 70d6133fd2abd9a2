package dev.usher.watch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.config.BackendConfig;
import dev.usher.config.HealthCheckConfig;
import dev.usher.config.HostPort;
import dev.usher.config.ListenerConfig;
import dev.usher.config.OwnRoutes;
import dev.usher.config.PoolConfig;
import dev.usher.config.RouteConfig;
import dev.usher.config.UsherConfig;
import dev.usher.event.Events;
import dev.usher.pool.Backend;
import dev.usher.pool.CertificateSeen;
import dev.usher.pool.Pool;
import dev.usher.relay.Routing;
import dev.usher.testing.PoolConfigBuilder;
import dev.usher.testing.TestPools;
import dev.usher.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class CertificatesTest {
    private final Events events = new Events(Clock.SYSTEM);
    private final Routing routing = routing(
            RouteConfig.of("www.a.test", "a"),
            RouteConfig.of("shop.a.test", "b"),
            RouteConfig.of("deep.shop.a.test", "b"),
            RouteConfig.of("*.c.test", "b"));
    private Routing inForce = routing;
    /** How often somebody has asked for the routes. */
    private int asked;

    private final Certificates certificates = new Certificates(this::inForce, events);
    private final Pool pool = Objects.requireNonNull(routing.pools().get("a"));
    private final Backend backend = pool.backends().getFirst();

    private Routing inForce() {
        asked++;
        return inForce;
    }

    private static Routing routing(RouteConfig... routes) {
        UsherConfig config = UsherConfig.of(
                List.of(ListenerConfig.tls("https", List.of(new HostPort("127.0.0.1", 0)))),
                List.of(routes),
                List.of(pool("a", 1), pool("b", 2), pool("c", 3)));
        return Routing.of(config, TestPools.of(config));
    }

    private static PoolConfig pool(String name, int port) {
        return PoolConfig.of(name, List.of(BackendConfig.of(new HostPort("127.0.0.1", port))));
    }

    private void show(Duration left, String... names) {
        Instant now = Instant.ofEpochMilli(System.currentTimeMillis());
        CertificateSeen seen = new CertificateSeen(
                List.of(names), "CN=x", "CN=y", "1f", now.minus(Duration.ofDays(300)), now.plus(left), 1, null);
        Pool shown = Objects.requireNonNull(inForce.pools().get("a"));
        shown.backends().getFirst().showProbe("TLSv1.3 handshake", 1, seen);
        certificates.onSeen(shown, shown.backends().getFirst());
    }

    private List<String> hazards() {
        return certificates.hazards(Integer.MAX_VALUE).stream()
                .map(hazard -> hazard.covered() + " " + hazard.route() + " " + hazard.otherPool())
                .toList();
    }

    @Test
    void warnOfNamesThatGoToAnotherPool() {
        show(Duration.ofDays(90), "www.a.test", "*.a.test", "x.c.test");
        assertEquals(List.of("*.a.test shop.a.test b", "x.c.test *.c.test b"), hazards());
        assertEquals(1, events.all().size());
        assertTrue(events.all().getLast().text().endsWith("; and those of 1 more route"), events::toString);
        assertEquals(1, certificates.hazards(1).size());
    }

    @Test
    void sayInOneEventWhatAWildcardMixesUp() {
        inForce = routing(Stream.concat(
                        Stream.of(RouteConfig.of("www.a.test", "a")),
                        IntStream.range(0, 50).mapToObj(i -> RouteConfig.of("x" + i + ".a.test", i < 25 ? "b" : "c")))
                .toArray(RouteConfig[]::new));
        show(Duration.ofDays(90), "*.a.test");
        assertEquals(50, hazards().size());
        assertEquals(1, events.all().size(), events.all().toString());
        String text = events.all().getFirst().text();
        assertTrue(text.startsWith("its certificate for *.a.test also covers route x0.a.test, which goes to pool b: "));
        assertTrue(text.endsWith("; and those of 49 more routes"), text);
    }

    /** What was said already is not counted again. */
    @Test
    void warnOfARouteThatIsNew() {
        show(Duration.ofDays(90), "*.a.test");
        inForce = routing(
                RouteConfig.of("www.a.test", "a"),
                RouteConfig.of("shop.a.test", "b"),
                RouteConfig.of("new.a.test", "b"));
        show(Duration.ofDays(90), "*.a.test");
        assertEquals(2, events.all().size(), events.all().toString());
        assertEquals(
                "its certificate for *.a.test also covers route new.a.test, which goes to pool b: browsers may reuse"
                        + " an HTTP/2 connection and send that route's requests here",
                events.all().getLast().text());
    }

    /** A wildcard of a certificate stands for one label, unlike that of a route. */
    @Test
    void doNotWarnOfWhatTheyDoNotCover() {
        show(Duration.ofDays(90), "www.a.test", "*.test", "c.test");
        assertEquals(List.of(), hazards());
        assertEquals(List.of(), events.all());
    }

    /** The usual map: a name of its own, and a wildcard for all others. */
    @Test
    void doNotWarnOfANameThatANarrowerRouteSendsHere() {
        inForce = routing(
                RouteConfig.of("www.c.test", "a"),
                RouteConfig.of("*.c.test", "b"),
                RouteConfig.of("*.d.c.test", "a"),
                RouteConfig.of("e.test", "a"),
                RouteConfig.of(".e.test", "b"));
        show(Duration.ofDays(90), "www.c.test", "*.d.c.test", "e.test");
        assertEquals(List.of(), hazards());
        show(Duration.ofDays(90), "www.c.test", "*.c.test");
        assertEquals(List.of("*.c.test *.c.test b"), hazards());
    }

    /** Browsers keep connections to different ports apart, so each listener is looked at with its own routes. */
    @Test
    void warnOfAListenersOwnRoutesAndNotOfThoseBehindThem() {
        OwnRoutes own = OwnRoutes.of(RouteConfig.of("www.a.test", "a"), RouteConfig.of("shop.a.test", "c"));
        UsherConfig config = UsherConfig.of(
                List.of(ListenerConfig.tls("https", List.of(new HostPort("127.0.0.1", 0)))
                        .withOwn(own)),
                List.of(RouteConfig.of("shop.a.test", "b"), RouteConfig.of("web.a.test", "b")),
                List.of(pool("a", 1), pool("b", 2), pool("c", 3)));
        inForce = Routing.of(config, TestPools.of(config));
        show(Duration.ofDays(90), "*.a.test");
        assertEquals(List.of("*.a.test shop.a.test c", "*.a.test web.a.test b"), hazards());
    }

    @Test
    void doNotWarnOfWhatOnlyProbesSee() {
        PoolConfig probed = PoolConfigBuilder.of("a")
                .weights(1)
                .check(HealthCheckConfig.Type.TLS)
                .probeAt(9443, null)
                .build();
        UsherConfig config = UsherConfig.of(
                List.of(ListenerConfig.tls("https", List.of(new HostPort("127.0.0.1", 0)))),
                List.of(RouteConfig.of("www.a.test", "a"), RouteConfig.of("shop.a.test", "b")),
                List.of(probed, pool("b", 2)));
        inForce = Routing.of(config, TestPools.of(config));
        show(Duration.ofDays(90), "*.a.test");
        assertEquals(List.of(), hazards());
    }

    @Test
    void warnOfAWildcardOverTheNameItselfOfARoute() {
        inForce = routing(RouteConfig.of("www.a.test", "a"), RouteConfig.of(".shop.a.test", "b"));
        show(Duration.ofDays(90), "*.a.test");
        assertEquals(List.of("*.a.test .shop.a.test b"), hazards());
    }

    @Test
    void warnOnce() {
        for (int probe = 0; probe < 3; probe++) {
            show(Duration.ofDays(3), "www.a.test", "shop.a.test");
        }
        assertEquals(2, events.all().size(), events.all().toString());
    }

    @Test
    void warnBeforeTheirEndAndAfterIt() {
        show(Duration.ofDays(22), "www.a.test");
        assertEquals(0, events.all().size());
        show(Duration.ofDays(20).plusHours(1), "www.a.test");
        assertTrue(events.all().getLast().text().startsWith("its certificate expires in 20 days"), events::toString);
        show(Duration.ofDays(-1), "www.a.test");
        assertTrue(events.all().getLast().text().startsWith("its certificate expired on "), events::toString);
        assertEquals(2, events.all().size());
    }

    /** A probe comes every two seconds, and there may be thousands of routes. */
    @Test
    void areComparedWithTheRoutesOnlyWhereEitherHasChanged() {
        show(Duration.ofDays(90), "www.a.test", "new.a.test");
        int first = asked;
        certificates.onSeen(pool, backend);
        assertEquals(1, asked - first, "it asked whether the routes are the same, and no more");
        assertEquals(List.of(), events.all());
        inForce = routing(RouteConfig.of("www.a.test", "a"), RouteConfig.of("new.a.test", "b"));
        certificates.onSeen(pool, backend);
        assertEquals(1, events.all().size(), "the routes have changed");
    }
}
