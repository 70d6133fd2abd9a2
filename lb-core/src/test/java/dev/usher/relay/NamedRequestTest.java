package dev.usher.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.config.AddressRules;
import dev.usher.config.BackendConfig;
import dev.usher.config.Cidr;
import dev.usher.config.Fallback;
import dev.usher.config.HostPort;
import dev.usher.config.HttpRule;
import dev.usher.config.ResolveConfig;
import dev.usher.config.ResolveConfig.Family;
import dev.usher.config.RouteConfig;
import dev.usher.config.Target;
import dev.usher.end.CloseReason;
import dev.usher.testing.DnsStandIn;
import dev.usher.testing.TestBackend;
import dev.usher.testing.TestPeer;
import dev.usher.testing.TestUsher;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Requests of port 80 whose clients name the backend. */
class NamedRequestTest {
    private static final AddressRules LOOPBACK =
            new AddressRules(List.of(Cidr.parse("127.0.0.0/8"), Cidr.parse("::1")), List.of());
    private static final String ANSWER = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    private final DnsStandIn dns = DnsStandIn.start()
            .has("home.example", "home.example. 60 IN A 127.0.0.1")
            .has("closed.example", "closed.example. 60 IN A 127.83.85.99");
    private final TestBackend backend = TestBackend.start(NamedRequestTest::answer);
    private final String template = "{name}:" + backend.hostPort().port();

    @AfterEach
    void close() {
        backend.close();
        dns.close();
    }

    private static void answer(TestPeer peer) throws IOException {
        peer.read(head("home.example").length());
        peer.send(ANSWER.getBytes(StandardCharsets.US_ASCII));
    }

    /** The head as the backend gets it. */
    private static String head(String host) {
        return "GET /a HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n";
    }

    /** @param pool for requests; null for the template at port 80 */
    private static HttpRule forward(@Nullable String pool) {
        return new HttpRule(HttpRule.Action.FORWARD, pool, false, false);
    }

    private TestUsher.Builder usher(TestUsher.Builder builder, String to, AddressRules rules) {
        return builder.backend(BackendConfig.of(HostPort.parse(to)))
                .pool(pool -> pool.addressRules(rules)
                        .resolve(new ResolveConfig(
                                Duration.ofSeconds(30),
                                Family.ANY,
                                Duration.ofMillis(500),
                                List.of(dns.address()),
                                false)));
    }

    private TestUsher byDefault(String to, AddressRules rules) {
        return usher(TestUsher.http(), to, rules)
                .defaultRoute(Fallback.pool(TestUsher.POOL).withHttp(forward(TestUsher.POOL)))
                .start();
    }

    private static String ask(TestUsher usher, String host) throws IOException {
        return send(usher, "GET /a HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
    }

    private static String send(TestUsher usher, String request) throws IOException {
        try (TestPeer client = usher.connect().send(request.getBytes(StandardCharsets.US_ASCII))) {
            return new String(client.readToEnd(), StandardCharsets.US_ASCII);
        }
    }

    private static SessionEnd isRefused(TestUsher usher, String host, int status, CloseReason reason)
            throws IOException {
        String answer = ask(usher, host);
        assertTrue(answer.startsWith("HTTP/1.1 " + status + " "), answer);
        return usher.ended(reason);
    }

    private void isServed(TestUsher usher, String answer, String route) {
        assertEquals(ANSWER, answer);
        SessionEnd end = usher.ended(CloseReason.COMPLETED);
        assertEquals(backend.name(), end.identity().backend());
        assertEquals(route, end.identity().route());
        assertEquals(head("home.example"), new String(backend.connection(0).received(), StandardCharsets.US_ASCII));
    }

    @Test
    void goesByTheDefaultToTheHostOfTheRequest() throws IOException {
        try (TestUsher usher = byDefault(template, LOOPBACK)) {
            isServed(usher, ask(usher, "home.example"), "default");
        }
    }

    @Test
    void goesByARouteToTheHostOfTheRequest() throws IOException {
        RouteConfig route = RouteConfig.of("*.example", TestUsher.POOL).withHttp(forward(TestUsher.POOL));
        try (TestUsher usher =
                usher(TestUsher.http(), template, LOOPBACK).route(route).start()) {
            isServed(usher, ask(usher, "home.example"), "*.example");
        }
    }

    @Test
    void aWholeUrlGoesByTheDefaultToo() throws IOException {
        try (TestUsher usher = usher(TestUsher.forConnect(), template, LOOPBACK)
                .defaultRoute(Fallback.pool(TestUsher.POOL).withHttp(forward(TestUsher.POOL)))
                .start()) {
            String request = "GET http://%s/a HTTP/1.1\r\nHost: home.example\r\n\r\n";
            isServed(usher, send(usher, request.formatted("home.example")), "default");
            assertTrue(send(usher, request.formatted("127.0.0.1")).startsWith("HTTP/1.1 403 "));
            usher.ended(CloseReason.UNKNOWN_NAME);
            assertTrue(send(usher, request.formatted("home.example:81")).startsWith("HTTP/1.1 403 "));
            usher.ended(CloseReason.PORT_DENIED);
        }
    }

    @Test
    void withoutAPoolOfTheRuleGoesToPort80() throws IOException {
        try (TestUsher usher = usher(TestUsher.http(), "{name}:443", LOOPBACK)
                .defaultRoute(Fallback.pool(TestUsher.POOL).withHttp(forward(null)))
                .start()) {
            SessionEnd end = isRefused(usher, "closed.example", 502, CloseReason.CONNECT_REFUSED);
            assertEquals("127.83.85.99:80", end.identity().backend());
            assertEquals(TestUsher.POOL + ":80", end.identity().pool());
        }
    }

    @Test
    void addressesThatMayNotBeReachedAreForbidden() throws IOException {
        try (TestUsher usher = byDefault(template, AddressRules.NONE)) {
            isRefused(usher, "home.example", 403, CloseReason.ADDRESS_REFUSED);
            isRefused(usher, "127.0.0.1", 403, CloseReason.ADDRESS_REFUSED);
            String answer = ask(usher, "home.example");
            assertTrue(
                    answer.endsWith("This host is not for you.\n"), "the client's address is not to blame: " + answer);
            assertEquals(0, backend.connections().size());
        }
    }

    @Test
    void namesWithoutAnAddressAreRefused() throws IOException {
        try (TestUsher usher = byDefault(template, LOOPBACK)) {
            isRefused(usher, "missing.example", 421, CloseReason.NAME_NOT_FOUND);
            dns.is(DnsStandIn.Mode.FAILS);
            isRefused(usher, "other.example", 503, CloseReason.NAME_LOOKUP_FAILED);
        }
    }

    @Test
    void clientsOutsideAllowAreForbidden() throws IOException {
        Target target = Target.of(TestUsher.POOL).withAllow(List.of(Cidr.parse("10.0.0.0/8")));
        try (TestUsher usher = usher(TestUsher.http(), template, LOOPBACK)
                .defaultRoute(Fallback.to(target).withHttp(forward(TestUsher.POOL)))
                .start()) {
            isRefused(usher, "home.example", 403, CloseReason.DENIED);
            assertEquals(0, dns.questions());
        }
    }

    @Test
    void findsALoopThroughItself() throws IOException {
        try (TestUsher usher = byDefault("{name}:{port}", LOOPBACK)) {
            assertTrue(ask(usher, "home.example").startsWith("HTTP/1.1 503 "));
            usher.ended(CloseReason.LOOP);
            usher.nextEnd();
        }
    }
}
