package dev.usher.route;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.usher.config.BackendConfig;
import dev.usher.config.Cidr;
import dev.usher.config.Fallback;
import dev.usher.config.HostPort;
import dev.usher.config.ListenerConfig;
import dev.usher.config.PoolConfig;
import dev.usher.config.RouteConfig;
import dev.usher.config.Target;
import dev.usher.config.UnixPath;
import dev.usher.config.UsherConfig;
import dev.usher.name.ServerName;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Goal: an expectation is met by exactly the outcomes that it names; any other outcome is told with its reason. */
class ExpectedTest {
    private static final UsherConfig CONFIG = UsherConfig.of(
                    List.of(
                            ListenerConfig.tls("https", List.of(new HostPort("127.0.0.1", 8443))),
                            ListenerConfig.tls("local", List.of(new UnixPath("/run/usher.sock"))),
                            ListenerConfig.http("web", List.of(new HostPort("127.0.0.1", 80))),
                            ListenerConfig.socks("out", List.of(new HostPort("127.0.0.1", 1080))),
                            ListenerConfig.tcp("db", List.of(new HostPort("127.0.0.1", 5432)), "one")),
                    List.of(
                            RouteConfig.of("one.test", "one"),
                            RouteConfig.of("four.test", "four"),
                            RouteConfig.of("three.test", "three"),
                            RouteConfig.of("*.hub.test", "hub"),
                            RouteConfig.of("*.lan.test", "lan"),
                            RouteConfig.of("guarded.test", Target.of("one").withDeny(List.of(Cidr.parse("192.0.2.1"))))
                                    .withListeners(List.of("https"))),
                    List.of(
                            pool("one", "10.0.0.1:443"),
                            pool("three", "10.0.0.1:443", "10.0.0.2:443", "10.0.0.3:443"),
                            pool("four", "10.0.0.1:443", "10.0.0.2:443", "10.0.0.3:443", "10.0.0.4:443"),
                            pool("hub", "{sub}.internal:443"),
                            pool("lan", "{name}:444")))
            .withNoSniRoute(Fallback.CLOSE);

    private final Expected expected = new Expected(CONFIG);

    private static PoolConfig pool(String name, String... addresses) {
        return PoolConfig.of(
                name,
                Arrays.stream(addresses)
                        .map(address -> BackendConfig.of(HostPort.parse(address)))
                        .toList());
    }

    private static RouteQuery asked(String listener, @Nullable String name) {
        ServerName asked = name == null ? null : ServerName.of(name);
        return new RouteQuery(listener, asked, List.of(), InetAddress.ofLiteral("192.0.2.1"));
    }

    @ParameterizedTest
    @CsvSource({
        "https, one.test, one",
        "https, one.test, 10.0.0.1:443",
        "https, four.test, 10.0.0.4:443",
        "https, x.test, reject",
        "https, guarded.test, reject",
        "https, , close",
        "web, one.test, redirect",
        "db, one.test, one",
        "https, a.hub.test, hub",
        "https, a.hub.test, a.internal:443",
        "https, a.b.hub.test, a.b.internal:443",
        "local, a.lan.test, a.lan.test:444",
        "gone, a.lan.test, a.lan.test:444",
    })
    void isMetByTheOutcomeThatItNames(String listener, @Nullable String name, String outcome) {
        assertNull(expected.instead(asked(listener, name), outcome));
    }

    @ParameterizedTest
    @CsvSource({
        "https, one.test, two, pool one, route one.test matches",
        "https, one.test, reject, pool one, route one.test matches",
        "https, one.test, 10.0.0.2:443, pool one (10.0.0.1:443), route one.test matches",
        "https, three.test, 10.0.0.4:443, 'pool three (10.0.0.1:443, 10.0.0.2:443, 10.0.0.3:443)',"
                + " route three.test matches",
        "https, four.test, 10.0.0.5:443, 'pool four (10.0.0.1:443, 10.0.0.2:443, 10.0.0.3:443, ...)',"
                + " route four.test matches",
        "https, four.test, :443, 'pool four (10.0.0.1:443, 10.0.0.2:443, 10.0.0.3:443, ...)',"
                + " route four.test matches",
        "https, , reject, close, no_sni_route: close",
        "web, one.test, one, redirect, 'route one.test matches;"
                + " a request without TLS, redirect: the client is sent to https'",
        "https, a.hub.test, b.internal:443, pool hub ({sub}.internal:443),"
                + " 'no route for a.hub.test; route *.hub.test matches'",
        "https, a.b.c.d.test, one, reject, 'no route for *.c.d.test; no route for *.d.test; no route for *.test;"
                + " default_route: reject'", // the last four steps
        "db, one.test, two, pool one, listener db is of type tcp",
    })
    void isToldWhatTheClientGetsInsteadAndWhy(
            String listener, @Nullable String name, String outcome, String instead, String why) {
        assertEquals(new Expected.Instead(instead, why, false), expected.instead(asked(listener, name), outcome));
    }

    @Test
    void isToldThatAListDeniesTheClient() {
        assertEquals(
                new Expected.Instead("reject", "route guarded.test matches; the client is in deny 192.0.2.1/32", true),
                expected.instead(asked("https", "guarded.test"), "one"));
    }

    @Test
    void knowsTheRouteOfAName() {
        assertEquals(CONFIG.routes().getFirst(), expected.route(asked("https", "one.test")));
        assertNull(expected.route(asked("https", "x.test")));
        assertNull(expected.route(asked("https", null)));
    }
}
