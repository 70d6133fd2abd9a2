package dev.usher.relay;

import static dev.usher.testing.TestUsher.NAME;
import static dev.usher.testing.TestUsher.hello;
import static dev.usher.testing.TestUsher.helloBytes;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.usher.Looks;
import dev.usher.config.Cidr;
import dev.usher.config.Fallback;
import dev.usher.config.HttpRule;
import dev.usher.config.ListenerConfig;
import dev.usher.config.OwnRoutes;
import dev.usher.config.RouteConfig;
import dev.usher.config.Target;
import dev.usher.config.UsherConfig;
import dev.usher.end.CloseReason;
import dev.usher.metrics.Traffic;
import dev.usher.testing.TestBackend;
import dev.usher.testing.TestPeer;
import dev.usher.testing.TestUsher;
import dev.usher.tls.HelloBuilder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Sessions and bytes of each way into a pool. */
class WayTrafficTest {
    private final TestBackend backend = TestBackend.start(TestBackend.ECHO);

    @AfterEach
    void close() {
        backend.close();
    }

    private static void visit(TestUsher usher, ByteBuffer said) throws IOException {
        try (TestPeer client = usher.connect()) {
            client.send(said).halfClose().readToEnd();
        }
        usher.nextEnd();
    }

    private static ByteBuffer helloFor(String name) {
        return new HelloBuilder().name(name).records();
    }

    private static void assertCounted(long sessions, long bytesEachWay, Traffic.Figures counted) {
        assertEquals(sessions, counted.sessions());
        assertEquals(bytesEachWay, counted.receivedBytes());
        assertEquals(bytesEachWay, counted.sentBytes());
    }

    @Test
    void sessionsCountForTheirRouteOrDefault() throws IOException {
        try (TestUsher usher = TestUsher.of(backend)
                .defaultRoute(Fallback.pool(TestUsher.POOL))
                .noSniRoute(Fallback.pool(TestUsher.POOL))
                .start()) {
            Looks looks = usher.balancer().looks();
            visit(usher, hello());
            visit(usher, hello());
            assertCounted(2, 2L * helloBytes(), looks.routeTraffic(null, NAME));
            assertCounted(0, 0, looks.defaultTraffic(null, "default"));
            visit(usher, helloFor("other.example"));
            assertCounted(1, helloFor("other.example").remaining(), looks.defaultTraffic(null, "default"));
            visit(usher, new HelloBuilder().records());
            assertCounted(1, new HelloBuilder().records().remaining(), looks.defaultTraffic(null, "no_sni"));
            assertCounted(2, 2L * helloBytes(), looks.routeTraffic(null, NAME));
            assertCounted(0, 0, looks.routeTraffic(null, "other.example"));
        }
    }

    @Test
    void aRouteThatDeniesTheClientCountsTheSession() throws IOException {
        Target target = Target.of(TestUsher.POOL).withAllow(List.of(Cidr.parse("10.9.9.9")));
        RouteConfig closed = RouteConfig.of(NAME, target);
        try (TestUsher usher = TestUsher.of(backend).route(closed).start()) {
            visit(usher, hello());
            assertCounted(1, 0, usher.balancer().looks().routeTraffic(null, NAME));
        }
    }

    @Test
    void sessionsOfATcpListenerCountForTheListener() throws IOException {
        try (TestUsher usher = TestUsher.tcp(backend).start()) {
            visit(usher, ByteBuffer.wrap(HelloBuilder.latin1("ping")));
            assertCounted(1, 4, usher.balancer().looks().listenerTraffic("in"));
        }
    }

    @Test
    void aReloadKeepsCountsOfRoutesThatStay() throws IOException {
        try (TestUsher usher = TestUsher.of(backend).start();
                TestPeer open = usher.connect()) {
            visit(usher, hello());
            open.send(hello()).read(helloBytes());
            UsherConfig before = usher.balancer().looks().config();
            usher.balancer()
                    .apply(with(
                            before,
                            RouteConfig.of(NAME, TestUsher.POOL),
                            RouteConfig.of("new.example", TestUsher.POOL)));
            assertCounted(1, helloBytes(), usher.balancer().looks().routeTraffic(null, NAME));
            open.halfClose().readToEnd();
            usher.ended(CloseReason.COMPLETED);
            assertCounted(2, 2L * helloBytes(), usher.balancer().looks().routeTraffic(null, NAME));
            usher.balancer().apply(with(before, RouteConfig.of("new.example", TestUsher.POOL)));
            assertCounted(0, 0, usher.balancer().looks().routeTraffic(null, NAME));
            usher.balancer().apply(before);
            assertCounted(0, 0, usher.balancer().looks().routeTraffic(null, NAME));
        }
    }

    @Test
    void aRouteOfTheListenerCountsApartFromTheSameOfTheFile() throws IOException {
        try (TestUsher usher = TestUsher.of(backend).start()) {
            visit(usher, hello());
            UsherConfig config = usher.balancer().looks().config();
            ListenerConfig in = config.listeners().values().iterator().next();
            OwnRoutes own =
                    OwnRoutes.of(RouteConfig.of(NAME, TestUsher.POOL)).withDefaultRoute(Fallback.pool(TestUsher.POOL));
            usher.balancer()
                    .apply(UsherConfig.of(
                            List.of(in.withOwn(own)),
                            config.routes(),
                            List.copyOf(config.pools().values())));
            visit(usher, hello());
            visit(usher, hello());
            visit(usher, helloFor("other.example"));
            Looks looks = usher.balancer().looks();
            assertCounted(1, helloBytes(), looks.routeTraffic(null, NAME));
            assertCounted(2, 2L * helloBytes(), looks.routeTraffic("in", NAME));
            assertCounted(0, 0, looks.defaultTraffic(null, "default"));
            assertCounted(1, helloFor("other.example").remaining(), looks.defaultTraffic("in", "default"));
        }
    }

    /** Requests have a pool of their own, and so a way of their own on the map. */
    @Test
    void requestsThatGoToABackendCountApartFromHellos() throws IOException {
        HttpRule forward = new HttpRule(HttpRule.Action.FORWARD, TestUsher.POOL, false, false);
        Fallback others = Fallback.pool(TestUsher.POOL).withHttp(forward);
        RouteConfig route = RouteConfig.of(NAME, TestUsher.POOL).withHttp(forward);
        try (TestUsher usher =
                TestUsher.http(backend).defaultRoute(others).route(route).start()) {
            Looks looks = usher.balancer().looks();
            visit(usher, request(NAME));
            visit(usher, request("other.example"));
            assertEquals(1, looks.routeTraffic(null, NAME).sessions());
            assertEquals(1, looks.routeTraffic(null, NAME, true).sessions());
            assertEquals(0, looks.routeTraffic(null, NAME, false).sessions());
            assertEquals(1, looks.defaultTraffic(null, "default").sessions());
            assertEquals(1, looks.defaultTraffic(null, "default", true).sessions());
        }
    }

    private static ByteBuffer request(String host) {
        return ByteBuffer.wrap(HelloBuilder.latin1("GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n"));
    }

    private static UsherConfig with(UsherConfig config, RouteConfig... routes) {
        return UsherConfig.of(
                List.copyOf(config.listeners().values()),
                List.of(routes),
                List.copyOf(config.pools().values()));
    }
}
