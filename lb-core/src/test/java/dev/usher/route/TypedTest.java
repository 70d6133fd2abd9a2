package dev.usher.route;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.usher.config.BackendConfig;
import dev.usher.config.HostPort;
import dev.usher.config.ListenerConfig;
import dev.usher.config.OwnRoutes;
import dev.usher.config.PoolConfig;
import dev.usher.config.RouteConfig;
import dev.usher.config.UsherConfig;
import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A destination as people type it. */
class TypedTest {
    private static final List<HostPort> BIND = List.of(new HostPort("127.0.0.1", 1));
    private static final ListenerConfig HTTPS = ListenerConfig.tls("https", BIND);
    private static final ListenerConfig WEB = ListenerConfig.http("web", List.of(new HostPort("127.0.0.1", 2)));
    private static final ListenerConfig OUT = ListenerConfig.socks("out", List.of(new HostPort("127.0.0.1", 3)));

    @ParameterizedTest
    @CsvSource({
        "shop.example,                     shop.example, TLS,     443,  /",
        "http://shop.example,              shop.example, HTTP,    80,   /",
        "HTTP://shop.example:8080/x?y#z,   shop.example, HTTP,    8080, /x?y",
        "https://shop.example?y,           shop.example, TLS,     443,  /?y",
        "https://shop.example:/,           shop.example, TLS,     443,  /",
        "socks://shop.example:22,          shop.example, SOCKS,   22,   /",
        "connect://shop.example,           shop.example, CONNECT, 443,  /",
    })
    void isANameOrAUrl(String text, String name, String type, int port, String path) {
        Typed typed = Typed.parse(text);
        assertEquals(name, String.valueOf(typed.name()));
        assertEquals(type, typed.type().name());
        assertEquals(port, typed.port());
        assertEquals(path, typed.path());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "ftp://shop.example", "http://:80", "http://shop.example:99999"})
    void isRefusedWhereNoClientCouldSendIt(String text) {
        assertThrows(IllegalArgumentException.class, () -> Typed.parse(text));
    }

    @ParameterizedTest
    @CsvSource({
        "http://shop.example,  web",
        "https://shop.example, https",
        "shop.example,         https",
        "socks://shop.example, out",
        "http://shop.example,  out",
        "https://shop.example, out",
        "shop.example,         out",
    })
    void comesToAListenerThatSpeaksSo(String text, String listener) {
        assertNull(Typed.parse(text).misfit(named(listener)));
    }

    @ParameterizedTest
    @CsvSource({"http://shop.example, https", "socks://shop.example, https", "socks://shop.example, web"})
    void comesToNoOtherListener(String text, String listener) {
        assertEquals(
                "%s:// is for a listener of type %s, and listener %s is of type %s"
                        .formatted(
                                text.replaceFirst(":.*", ""),
                                text.replaceFirst(":.*", ""),
                                listener,
                                listener.equals("https") ? "tls" : "http"),
                Typed.parse(text).misfit(named(listener)));
    }

    @Test
    void asksTheFirstListenerOfItsType() {
        UsherConfig config = UsherConfig.of(
                List.of(OUT, WEB, HTTPS),
                List.of(RouteConfig.of("shop.example", "web")),
                List.of(PoolConfig.of("web", List.of(BackendConfig.of(new HostPort("10.0.0.1", 443))))));
        assertEquals(
                "web", Typed.parse("http://shop.example").listenerOf(config).name());
        assertEquals("https", Typed.parse("shop.example").listenerOf(config).name());
        assertEquals("out", Typed.parse("socks://a_b:1").listenerOf(config).name());
        assertEquals("https", Typed.parse("no name").listenerOf(config).name());
    }

    @Test
    void asksTheListenerThatHasARouteForItsName() {
        UsherConfig config = UsherConfig.of(
                List.of(
                        HTTPS,
                        ListenerConfig.tls("shops", List.of(new HostPort("127.0.0.1", 5)))
                                .withOwn(OwnRoutes.of(RouteConfig.of("shop.example", "web")))),
                List.of(),
                List.of(PoolConfig.of("web", List.of(BackendConfig.of(new HostPort("10.0.0.1", 443))))));
        assertEquals("shops", Typed.parse("shop.example").listenerOf(config).name());
        assertEquals("https", Typed.parse("www.example").listenerOf(config).name());
    }

    @ParameterizedTest
    @CsvSource({
        "http://shop.example:8080, out,   8080, false", // SOCKS carries no requests
        "http://shop.example:8080, proxy, 8080, true",
        "https://shop.example,     proxy, 443,  false",
        "http://shop.example:8080, web,   0,    false",
        "shop.example,             https, 0,    false",
    })
    void asksForAPortWhereClientsDo(String text, String listener, int port, boolean plain) {
        InetAddress client = InetAddress.getLoopbackAddress();
        Typed typed = Typed.parse(text);
        assertEquals(
                new RouteQuery(listener, typed.name(), List.of("h2"), client, true, port, plain),
                typed.on(named(listener), List.of("h2"), client, true));
    }

    @Test
    void saysWhatWouldBeANameInstead() {
        assertEquals(
                "a server name has no port and no path: ask for shop.example instead",
                Typed.parse("shop.example:443/x").remarks().getLast());
        assertEquals(1, Typed.parse("a b").remarks().size());
        assertEquals(List.of(), Typed.parse("shop.example").remarks());
        assertEquals(
                List.of("an address instead of a name: only a route for the same address matches"),
                Typed.parse("10.0.0.1").remarks());
        assertEquals(
                List.of("the star is a part of the name, as some devices send it; for a name below, ask for"
                        + " www.shop.example"),
                Typed.parse("*.shop.example").remarks());
    }

    private static ListenerConfig named(String listener) {
        return switch (listener) {
            case "https" -> HTTPS;
            case "web" -> WEB;
            case "proxy" -> ListenerConfig.connect("proxy", List.of(new HostPort("127.0.0.1", 4)));
            default -> OUT;
        };
    }
}
