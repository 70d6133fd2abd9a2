package dev.usher.relay;

import static dev.usher.testing.TestUsher.NAME;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.config.Cidr;
import dev.usher.config.Fallback;
import dev.usher.config.HttpConfig;
import dev.usher.config.HttpRule;
import dev.usher.config.RouteConfig;
import dev.usher.config.Target;
import dev.usher.end.CloseReason;
import dev.usher.testing.TestBackend;
import dev.usher.testing.TestPeer;
import dev.usher.testing.TestUsher;
import dev.usher.tls.Alert;
import dev.usher.tls.Hellos;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Goal: a listener of type http sends known names to https, refuses all else in words of HTTP, and reaches no backend. */
class HttpRedirectTest {
    private final TestBackend backend = TestBackend.start(TestBackend.ECHO);

    @AfterEach
    void noBackendIsReached() {
        backend.close();
        assertTrue(backend.connections().isEmpty());
    }

    private TestUsher.Builder usher() {
        return TestUsher.http(backend);
    }

    private static String ask(TestUsher usher, String request) throws IOException {
        try (TestPeer client = usher.connect()) {
            client.send(request.getBytes(StandardCharsets.ISO_8859_1));
            return new String(client.readToEnd(), StandardCharsets.ISO_8859_1);
        }
    }

    private static String get(String host) {
        return "GET /x HTTP/1.1\r\nHost: " + host + "\r\n\r\n";
    }

    private static String redirectTo(String location) {
        return "HTTP/1.1 308 Permanent Redirect\r\nLocation: " + location
                + "\r\nContent-Type: text/plain\r\nContent-Length: 11\r\nConnection: close\r\n\r\nUse https.\n";
    }

    @Test
    void redirectsKnownName() throws IOException {
        try (TestUsher usher = usher().start()) {
            assertEquals(redirectTo("https://" + NAME + "/x"), ask(usher, get("WWW.example.com.:80")));
            SessionEnd end = usher.ended(CloseReason.REDIRECTED);
            assertEquals(NAME, end.identity().sni());
            assertEquals(NAME, end.identity().route());
            assertEquals("LH", end.reason().endCode());
            assertEquals(0, end.attempts());
            assertTrue(end.helloNanos() > 0);
        }
    }

    /** The host of the location is a name of the configuration's, whatever the target looks like. */
    @ParameterizedTest
    @CsvSource({
        "//evil.example/, https://www.example.com//evil.example/",
        "/\\evil.example, https://www.example.com/\\evil.example",
        "/@evil.example:80, https://www.example.com/@evil.example:80",
        "http://www.example.com:81?a=http://evil.example, https://www.example.com/?a=http://evil.example",
    })
    void locationIsOfTheNameThatHasTheRoute(String target, String location) throws IOException {
        try (TestUsher usher = usher().start()) {
            String answer = ask(usher, "GET " + target + " HTTP/1.1\r\nHost: www.example.com\r\n\r\n");
            assertEquals(redirectTo(location), answer);
            usher.ended(CloseReason.REDIRECTED);
        }
    }

    @Test
    void authorityOfAbsoluteFormDecides() throws IOException {
        try (TestUsher usher = usher().start()) {
            String answer = ask(usher, "GET http://evil.example/ HTTP/1.1\r\nHost: www.example.com\r\n\r\n");
            assertTrue(answer.startsWith("HTTP/1.1 421 Misdirected Request\r\n"), answer);
            assertEquals(
                    "evil.example",
                    usher.ended(CloseReason.UNKNOWN_NAME).identity().sni());
        }
    }

    @ParameterizedTest
    @CsvSource({"301, 443, 301 Moved Permanently, ''", "307, 8443, 307 Temporary Redirect, :8443"})
    void takesStatusAndPortOfTheConfiguration(int status, int port, String line, String inUrl) throws IOException {
        HttpConfig http = new HttpConfig(Duration.ofSeconds(5), 1024, status, port, HttpRule.REDIRECT);
        try (TestUsher usher = usher().http(http).start()) {
            String answer = ask(usher, get(NAME));
            assertTrue(
                    answer.startsWith("HTTP/1.1 " + line + "\r\nLocation: https://" + NAME + inUrl + "/x\r\n"), answer);
            usher.ended(CloseReason.REDIRECTED);
        }
    }

    @Test
    void headHasNoBodyAndPostIsRedirectedToo() throws IOException {
        try (TestUsher usher = usher().start()) {
            String head = ask(usher, "HEAD / HTTP/1.1\r\nHost: " + NAME + "\r\n\r\n");
            assertTrue(head.endsWith("Content-Length: 11\r\nConnection: close\r\n\r\n"), head);
            usher.ended(CloseReason.REDIRECTED);
            String post = ask(usher, "POST / HTTP/1.1\r\nHost: " + NAME + "\r\nContent-Length: 9\r\n\r\nsome body");
            assertEquals(redirectTo("https://" + NAME + "/"), post);
            usher.ended(CloseReason.REDIRECTED);
        }
    }

    @Test
    void secondRequestIsNotAnswered() throws IOException {
        try (TestUsher usher = usher().start()) {
            assertEquals(redirectTo("https://" + NAME + "/x"), ask(usher, get(NAME) + get(NAME)));
            usher.ended(CloseReason.REDIRECTED);
        }
    }

    @Test
    void headMayComeByteByByte() throws IOException {
        try (TestUsher usher = usher().start();
                TestPeer client = usher.connect()) {
            for (byte each : get(NAME).getBytes(StandardCharsets.US_ASCII)) {
                client.send(each);
            }
            assertEquals(
                    redirectTo("https://" + NAME + "/x"), new String(client.readToEnd(), StandardCharsets.US_ASCII));
            usher.ended(CloseReason.REDIRECTED);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "GET / HTTP/1.1|Host: evil.example||, 421 Misdirected Request, UNKNOWN_NAME",
        "GET / HTTP/1.1|Host: 127.0.0.1||, 421 Misdirected Request, UNKNOWN_NAME",
        "GET / HTTP/1.0||, 404 Not Found, NO_SNI",
        "GET / HTTP/1.1||, 400 Bad Request, MALFORMED_REQUEST",
        "GET / HTTP/1.1|Host: a|Host: a||, 400 Bad Request, AMBIGUOUS_REQUEST",
        "GET / HTTP/1.1|Host: <script>||, 400 Bad Request, INVALID_NAME",
        "SSH-2.0-x|, 400 Bad Request, NOT_HTTP",
    })
    void refusalIsAnHttpAnswer(String request, String status, CloseReason reason) throws IOException {
        try (TestUsher usher = usher().start()) {
            String answer = ask(usher, request.replace("|", "\r\n"));
            assertTrue(answer.startsWith("HTTP/1.1 " + status + "\r\nContent-Type: text/plain\r\n"), answer);
            assertTrue(answer.matches("(?s).*\r\n\r\n[ -~]+\\.\n"), answer);
            usher.ended(reason);
        }
    }

    @Test
    void tooLargeHeadIsRefused() throws IOException {
        try (TestUsher usher = usher().start()) {
            String answer = ask(usher, "GET / HTTP/1.1\r\nX: " + "x".repeat(16 * 1024));
            assertTrue(answer.startsWith("HTTP/1.1 431 Request Header Fields Too Large\r\n"), answer);
            usher.ended(CloseReason.REQUEST_TOO_LARGE);
        }
    }

    @Test
    void deniedAddressIsRefused() throws IOException {
        RouteConfig route =
                RouteConfig.of(NAME, Target.of(TestUsher.POOL).withAllow(List.of(Cidr.parse("192.0.2.0/24"))));
        try (TestUsher usher = usher().route(route).start()) {
            String answer = ask(usher, get(NAME));
            assertTrue(answer.startsWith("HTTP/1.1 403 Forbidden\r\n"), answer);
            usher.ended(CloseReason.DENIED);
        }
    }

    /** A pool for names without a route is for TLS: a redirect would lead anywhere. */
    @Test
    void defaultPoolIsNoRoute() throws IOException {
        TestUsher.Builder settings =
                usher().defaultRoute(Fallback.pool(TestUsher.POOL)).noSniRoute(Fallback.pool(TestUsher.POOL));
        try (TestUsher usher = settings.start()) {
            assertTrue(ask(usher, get("evil.example")).startsWith("HTTP/1.1 421 "));
            usher.ended(CloseReason.UNKNOWN_NAME);
            assertTrue(ask(usher, "GET / HTTP/1.0\r\n\r\n").startsWith("HTTP/1.1 404 "));
            usher.ended(CloseReason.NO_SNI);
        }
    }

    @Test
    void closesWithoutAWordWhereTheDefaultSaysSo() throws IOException {
        try (TestUsher usher = usher().defaultRoute(Fallback.CLOSE).start()) {
            assertEquals("", ask(usher, get("evil.example")));
            usher.ended(CloseReason.UNKNOWN_NAME_CLOSED);
        }
    }

    @Test
    void tlsClientGetsAnAlert() throws IOException {
        try (TestUsher usher = usher().start();
                TestPeer client = usher.connect()) {
            client.send(TestUsher.hello());
            assertArrayEquals(Hellos.bytes(Alert.UNEXPECTED_MESSAGE.record()), client.readToEnd());
            usher.ended(CloseReason.TLS_ON_HTTP);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET / HTTP/1.1\r\nHost: www.example.com\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"})
    void httpClientOnTlsIsToldToUseHttps(String request) throws IOException {
        try (TestUsher usher = TestUsher.of(backend).start()) {
            String answer = ask(usher, request);
            assertTrue(answer.startsWith("HTTP/1.1 400 Bad Request\r\n"), answer);
            assertTrue(answer.endsWith("use https.\n"), answer);
            usher.ended(CloseReason.HTTP_ON_TLS);
            try (TestPeer client = usher.connect()) {
                for (byte each : "DELETE ".getBytes(StandardCharsets.US_ASCII)) {
                    client.send(each);
                }
                assertTrue(client.readToEnd().length > 0);
            }
            usher.ended(CloseReason.HTTP_ON_TLS);
            assertEquals("", ask(usher, "GETX"));
            usher.ended(CloseReason.NOT_TLS);
        }
    }

    @Test
    void slowHeadHasOneDeadline() throws IOException {
        HttpConfig http = new HttpConfig(Duration.ofMillis(300), 1024, 308, 443, HttpRule.REDIRECT);
        try (TestUsher usher = usher().http(http).start();
                TestPeer client = usher.connect()) {
            client.send("GET / HTTP/1.1\r\n".getBytes(StandardCharsets.US_ASCII));
            assertEquals(0, client.readToEnd().length);
            usher.ended(CloseReason.HELLO_TIMEOUT);
        }
    }
}
