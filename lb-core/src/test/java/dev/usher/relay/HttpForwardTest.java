package dev.usher.relay;

import static dev.usher.testing.TestUsher.NAME;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.config.AcceptProxyProtocol;
import dev.usher.config.Balance;
import dev.usher.config.HttpConfig;
import dev.usher.config.HttpRule;
import dev.usher.config.HttpRule.Action;
import dev.usher.config.SendProxyProtocol;
import dev.usher.end.CloseReason;
import dev.usher.end.HttpExchange;
import dev.usher.testing.Await;
import dev.usher.testing.TestBackend;
import dev.usher.testing.TestPeer;
import dev.usher.testing.TestUsher;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Goal: a backend gets exactly one request of a connection, written anew, and the client its answer. Method: backends
 * that hear all that comes and answer whatever it is, as one that ignores {@code Connection: close} would.
 */
class HttpForwardTest {
    private static final String HOST = "Host: " + NAME + "\r\n";
    private static final String CLOSE = "Connection: close\r\n\r\n";
    private static final String ANSWER = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    private static final String SMUGGLED = "GET /smuggled HTTP/1.1\r\nHost: evil.example\r\n\r\n";

    private static TestUsher.Builder usher(HttpRule rule, TestBackend... backends) {
        HttpConfig base = HttpConfig.DEFAULT;
        return TestUsher.http(backends)
                .http(new HttpConfig(base.timeout(), base.maxSizeBytes(), base.redirect(), base.httpsPort(), rule));
    }

    private static HttpRule rule(Action action) {
        return new HttpRule(action, TestUsher.POOL, false, false);
    }

    private static TestUsher forwarding(TestBackend... backends) {
        return usher(rule(Action.FORWARD), backends)
                .pool(pool -> pool.balance(Balance.FIRST))
                .start();
    }

    /** Answers once so many bytes have come, and then reads on as if more requests could come. */
    private static TestBackend answering(int bytes) {
        return TestBackend.start(peer -> {
            peer.read(bytes);
            send(peer, ANSWER);
            peer.readToEnd();
        });
    }

    private static TestPeer send(TestPeer peer, String text) throws IOException {
        return peer.send(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    private static String toEnd(TestPeer client) throws IOException {
        return text(client.readToEnd());
    }

    /** Sends all at once, and then byte by byte; the backend must get {@code expected} and no byte more. */
    private static void isForwarded(String sent, String expected, int bodyBytes) throws IOException {
        try (TestBackend backend = answering(expected.length());
                TestUsher usher = forwarding(backend)) {
            for (int step : new int[] {sent.length(), 1}) {
                try (TestPeer client = usher.connect()) {
                    for (int at = 0; at < sent.length(); at += step) {
                        send(client, sent.substring(at, at + step));
                    }
                    assertEquals(ANSWER, text(client.read(ANSWER.length())));
                    send(client, SMUGGLED).halfClose();
                    assertEquals("", toEnd(client));
                    SessionEnd end = usher.ended(CloseReason.COMPLETED);
                    assertEquals(bodyBytes, end.bytesIn());
                    assertEquals(ANSWER.length(), end.bytesOut());
                }
            }
            backend.awaitScripts();
            backend.connections().forEach(peer -> assertEquals(expected, text(peer.received())));
            assertEquals(2, backend.connections().size());
        }
    }

    @Test
    void aBackendThatNeverAnswersIsATimeOut() throws IOException {
        try (TestBackend silent = TestBackend.start(TestBackend.SILENT);
                TestUsher usher = usher(rule(Action.FORWARD), silent)
                        .idleTimeout(Duration.ofMillis(150))
                        .start();
                TestPeer client = usher.connect()) {
            send(client, "GET / HTTP/1.1\r\n" + HOST + "\r\n");
            assertTrue(toEnd(client).startsWith("HTTP/1.1 504 Gateway Timeout\r\n"));
            assertEquals(
                    new HttpExchange("GET", "/", 504),
                    usher.ended(CloseReason.BACKEND_SILENT).http());
        }
    }

    @Test
    void theLogHasTheStatusOfTheBackend() throws IOException {
        try (TestBackend backend = answering(1);
                TestUsher usher = forwarding(backend);
                TestPeer client = usher.connect()) {
            send(client, "GET /a?b HTTP/1.1\r\n" + HOST + "\r\n").halfClose();
            assertEquals(ANSWER, toEnd(client));
            assertEquals(
                    new HttpExchange("GET", "/a", 200),
                    usher.ended(CloseReason.COMPLETED).http());
        }
    }

    @Test
    void getGoesOnAloneWhateverFollows() throws IOException {
        isForwarded("GET /a?b HTTP/1.1\r\n" + HOST + "\r\n" + SMUGGLED, "GET /a?b HTTP/1.1\r\n" + HOST + CLOSE, 0);
    }

    @Test
    void bodyOfLengthEndsAtItsLength() throws IOException {
        String head = "POST / HTTP/1.1\r\n" + HOST + "Content-Length: 5\r\n";
        isForwarded(head + "\r\nhello" + SMUGGLED, head + CLOSE + "hello", 5);
    }

    @Test
    void chunkedBodyEndsAtItsLastChunk() throws IOException {
        String head = "POST / HTTP/1.1\r\n" + HOST + "Transfer-Encoding: chunked\r\n";
        String body = "5\r\nhello\r\n0\r\n\r\n";
        isForwarded(head + "\r\n" + body + SMUGGLED, head + CLOSE + body, body.length());
    }

    @Test
    void largeBodyArrivesWholeAndNoMore() throws IOException {
        byte[] body = "0123456789abcdef".repeat(1 << 18).getBytes(StandardCharsets.US_ASCII);
        String head = "PUT / HTTP/1.1\r\n" + HOST + "Content-Length: " + body.length + "\r\n";
        try (TestBackend backend = answering((head + CLOSE).length() + body.length);
                TestUsher usher = forwarding(backend);
                TestPeer client = usher.connect()) {
            send(client, head + "\r\n").send(body);
            send(client, SMUGGLED);
            assertEquals(ANSWER, text(client.read(ANSWER.length())));
            client.halfClose();
            assertEquals("", toEnd(client));
            assertEquals(body.length, usher.ended(CloseReason.COMPLETED).bytesIn());
            backend.awaitScripts();
            assertEquals(head + CLOSE + text(body), text(backend.connection(0).received()));
        }
    }

    /** RFC 9112 section 7.1: a reader that takes such a line for another could find another request in the rest. */
    @Test
    void malformedChunkIsRefusedBeforeTheAnswer() throws IOException {
        String head = "POST / HTTP/1.1\r\n" + HOST + "Transfer-Encoding: chunked\r\n\r\n";
        try (TestBackend backend = TestBackend.start(TestBackend.SILENT);
                TestUsher usher = forwarding(backend)) {
            for (String first : new String[] {"", "5\r\nhello\r\n"}) {
                try (TestPeer client = usher.connect()) {
                    send(client, head + first);
                    send(client, "0x0\r\n\r\n");
                    String answer = toEnd(client);
                    assertTrue(answer.startsWith("HTTP/1.1 400 Bad Request\r\n"), answer);
                    usher.ended(CloseReason.MALFORMED_BODY);
                }
            }
            try (TestPeer client = usher.connect()) {
                send(client, head + "5\r\nhello\n");
                assertTrue(toEnd(client).startsWith("HTTP/1.1 400 "));
                usher.ended(CloseReason.MALFORMED_BODY);
            }
        }
    }

    @Test
    void malformedChunkBehindTheAnswerResetsBothSides() throws IOException {
        String head = "POST / HTTP/1.1\r\n" + HOST + "Transfer-Encoding: chunked\r\n";
        try (TestBackend backend = TestBackend.start(peer -> {
                    peer.read((head + CLOSE).length());
                    send(peer, ANSWER);
                    assertEquals(TestPeer.Ending.RST, peer.ending());
                });
                TestUsher usher = forwarding(backend);
                TestPeer client = usher.connect()) {
            send(client, head + "\r\n");
            client.read(ANSWER.length());
            send(client, "\n");
            assertEquals(TestPeer.Ending.RST, client.ending());
            usher.ended(CloseReason.MALFORMED_BODY);
            backend.awaitScripts();
        }
    }

    @Test
    void safeRequestGoesToAnotherBackendAndPostDoesNot() throws IOException {
        String get = "GET / HTTP/1.1\r\n" + HOST;
        String post = "POST / HTTP/1.1\r\n" + HOST + "Content-Length: 2\r\n";
        try (TestBackend leaving = TestBackend.afterReading((get + CLOSE).length(), TestBackend.CLOSE);
                TestBackend backend = answering((get + CLOSE).length());
                TestUsher usher = forwarding(leaving, backend)) {
            try (TestPeer client = usher.connect()) {
                send(client, get + "\r\n" + SMUGGLED);
                assertEquals(ANSWER, text(client.read(ANSWER.length())));
                client.halfClose();
                toEnd(client);
                assertEquals(2, usher.ended(CloseReason.COMPLETED).attempts());
            }
            assertEquals(get + CLOSE, text(backend.connection(0).received()));
            try (TestPeer client = usher.connect()) {
                send(client, post + "\r\nok");
                String answer = toEnd(client);
                assertTrue(answer.startsWith("HTTP/1.1 502 Bad Gateway\r\n"), answer);
                assertEquals(1, usher.ended(CloseReason.BACKEND_CLOSED_EARLY).attempts());
            }
        }
    }

    @Test
    void backendsThatAreNotThereAreTold() throws IOException {
        String get = "GET / HTTP/1.1\r\n" + HOST + "\r\n";
        try (TestBackend refusing = TestBackend.refusing();
                TestUsher usher = usher(rule(Action.FORWARD), refusing).start();
                TestPeer client = usher.connect()) {
            assertTrue(toEnd(send(client, get)).startsWith("HTTP/1.1 502 Bad Gateway\r\n"));
            usher.ended(CloseReason.CONNECT_REFUSED);
        }
        try (TestBackend unreachable = TestBackend.unreachable();
                TestUsher usher = usher(rule(Action.FORWARD), unreachable)
                        .connectTimeout(Duration.ofMillis(100))
                        .start();
                TestPeer client = usher.connect()) {
            assertTrue(toEnd(send(client, get)).startsWith("HTTP/1.1 504 Gateway Timeout\r\n"));
            usher.ended(CloseReason.CONNECT_TIMEOUT);
        }
    }

    @Test
    void backendIsToldWhereTheRequestComesFrom() throws IOException {
        HttpRule rule = new HttpRule(Action.FORWARD, TestUsher.POOL, true, false);
        try (TestBackend backend = TestBackend.start(peer -> {
                    while (!text(peer.received()).endsWith("\r\n\r\n")) {
                        peer.read(1);
                    }
                    send(peer, ANSWER);
                });
                TestUsher usher = usher(rule, backend)
                        .acceptProxyProtocol(AcceptProxyProtocol.V1, "127.0.0.0/8")
                        .start();
                TestPeer client = usher.connect()) {
            send(
                    client,
                    "PROXY TCP6 2001:db8::7 2001:db8::1 5555 80\r\nGET / HTTP/1.1\r\n" + HOST
                            + "X-Forwarded-For: 10.0.0.1\r\n\r\n");
            assertEquals(ANSWER, toEnd(client.halfClose()));
            usher.ended(CloseReason.COMPLETED);
            assertEquals(
                    "GET / HTTP/1.1\r\n" + HOST + "Forwarded: for=\"[2001:db8::7]\";host=\"" + NAME
                            + "\";proto=http\r\n"
                            + "X-Forwarded-For: 2001:db8::7\r\nX-Forwarded-Host: " + NAME
                            + "\r\nX-Forwarded-Proto: http\r\n" + CLOSE,
                    text(backend.connection(0).received()));
        }
    }

    @Test
    void proxyHeaderComesBeforeTheRequest() throws IOException {
        try (TestBackend backend = TestBackend.start(TestBackend.ECHO);
                TestUsher usher = usher(rule(Action.FORWARD), backend)
                        .pool(pool -> pool.sendProxyProtocol(SendProxyProtocol.V1))
                        .start();
                TestPeer client = usher.connect()) {
            send(client, "GET / HTTP/1.1\r\n" + HOST + "\r\n").halfClose();
            String echoed = toEnd(client);
            assertTrue(
                    echoed.matches("PROXY TCP4 127\\.0\\.0\\.1 127\\.0\\.0\\.1 \\d+ \\d+\r\nGET / HTTP/1.1\r\nHost: "
                            + NAME + "\r\nConnection: close\r\n\r\n"),
                    echoed);
            usher.ended(CloseReason.COMPLETED);
        }
    }

    // ---- acme ----

    private static final String TOKEN = "/.well-known/acme-challenge/evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ-PCt92wr-oA";

    @Test
    void acmeServerReachesTheBackend() throws IOException {
        String expected = "GET " + TOKEN + " HTTP/1.1\r\n" + HOST + CLOSE;
        try (TestBackend backend = answering(expected.length());
                TestUsher usher = usher(rule(Action.ACME), backend).start();
                TestPeer client = usher.connect()) {
            send(client, "GET " + TOKEN + " HTTP/1.1\r\n" + HOST + "\r\n" + SMUGGLED);
            assertEquals(ANSWER, text(client.read(ANSWER.length())));
            toEnd(client.halfClose());
            usher.ended(CloseReason.COMPLETED);
            backend.awaitScripts();
            assertEquals(expected, text(backend.connection(0).received()));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET / HTTP/1.1",
                "GET /.well-known/acme-challenge/ HTTP/1.1",
                "GET /.well-known/acme-challenge/a/b HTTP/1.1",
                "GET /.well-known/acme-challenge/../admin HTTP/1.1",
                "GET /.well-known/acme-challenge/%2e%2e HTTP/1.1",
                "GET /.well-known/acme-challenge/a?b HTTP/1.1",
                "GET /.Well-Known/acme-challenge/a HTTP/1.1",
                "GET //.well-known/acme-challenge/a HTTP/1.1",
                "POST /.well-known/acme-challenge/a HTTP/1.1",
                "GET /.well-known/acme-challenge/a HTTP/1.1\r\nContent-Length: 1",
                "GET /.well-known/acme-challenge/a HTTP/1.1\r\nTransfer-Encoding: chunked",
            })
    void anyOtherRequestIsRedirected(String request) throws IOException {
        try (TestBackend backend = TestBackend.start(TestBackend.ECHO);
                TestUsher usher = usher(rule(Action.ACME), backend).start();
                TestPeer client = usher.connect()) {
            send(client, request + "\r\n" + HOST + "\r\n");
            assertTrue(toEnd(client).startsWith("HTTP/1.1 308 "));
            usher.ended(CloseReason.REDIRECTED);
            assertTrue(backend.connections().isEmpty());
        }
    }

    // ---- websocket ----

    private static final String UPGRADE =
            "GET /socket HTTP/1.1\r\n" + HOST + "Upgrade: WebSocket\r\nConnection: keep-alive, Upgrade\r\n\r\n";
    private static final String ASKED =
            "GET /socket HTTP/1.1\r\n" + HOST + "Upgrade: websocket\r\nConnection: Upgrade\r\n\r\n";
    private static final String AGREED = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n";

    private static TestUsher upgrading(TestBackend backend) {
        return usher(new HttpRule(Action.FORWARD, TestUsher.POOL, false, true), backend)
                .start();
    }

    @Test
    void webSocketGoesOnOnceTheBackendAgrees() throws IOException {
        try (TestBackend backend = TestBackend.start(peer -> {
                    peer.read(ASKED.length());
                    send(peer, AGREED);
                    TestBackend.ECHO.serve(peer);
                });
                TestUsher usher = upgrading(backend);
                TestPeer client = usher.connect()) {
            send(client, UPGRADE);
            assertEquals(AGREED, text(client.read(AGREED.length())));
            send(client, "frames").halfClose();
            assertEquals("frames", toEnd(client));
            usher.ended(CloseReason.COMPLETED);
            assertEquals(ASKED + "frames", text(backend.connection(0).received()));
        }
    }

    /** A backend that declines would take the client's next bytes for a second request. */
    @Test
    void declinedWebSocketGetsNoMoreBytes() throws IOException {
        try (TestBackend backend = answering(ASKED.length());
                TestUsher usher = upgrading(backend);
                TestPeer client = usher.connect()) {
            send(client, UPGRADE);
            assertEquals(ANSWER, text(client.read(ANSWER.length())));
            send(client, SMUGGLED).halfClose();
            assertEquals("", toEnd(client));
            usher.ended(CloseReason.COMPLETED);
            backend.awaitScripts();
            assertEquals(ASKED, text(backend.connection(0).received()));
        }
    }

    @Test
    void bytesBeforeTheAgreementAreRefused() throws IOException {
        CountDownLatch asked = new CountDownLatch(1);
        try (TestBackend backend = TestBackend.start(peer -> {
                    peer.read(ASKED.length());
                    asked.countDown();
                    peer.readToEnd();
                });
                TestUsher usher = upgrading(backend)) {
            try (TestPeer client = usher.connect()) {
                send(client, UPGRADE + SMUGGLED);
                assertTrue(toEnd(client).startsWith("HTTP/1.1 400 "));
                usher.ended(CloseReason.MALFORMED_BODY);
            }
            try (TestPeer client = usher.connect()) {
                send(client, UPGRADE);
                TestBackend.await(asked);
                send(client, SMUGGLED);
                assertTrue(toEnd(client).startsWith("HTTP/1.1 400 "));
                usher.ended(CloseReason.MALFORMED_BODY);
            }
            backend.awaitScripts();
            backend.connections().forEach(peer -> assertTrue(ASKED.startsWith(text(peer.received()))));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"Upgrade: h2c\r\n", "Upgrade: websocket, h2c\r\n", "Upgrade: websocket\r\nUpgrade: h2c\r\n"})
    void noOtherUpgradeIsPassedOn(String upgrade) throws IOException {
        String expected = "GET / HTTP/1.1\r\n" + HOST + CLOSE;
        try (TestBackend backend = answering(expected.length());
                TestUsher usher = upgrading(backend);
                TestPeer client = usher.connect()) {
            send(client, "GET / HTTP/1.1\r\n" + HOST + upgrade + "Connection: Upgrade\r\n\r\n" + SMUGGLED);
            client.read(ANSWER.length());
            toEnd(client.halfClose());
            usher.ended(CloseReason.COMPLETED);
            backend.awaitScripts();
            assertEquals(expected, text(backend.connection(0).received()));
            Await.until(() -> usher.heldBytes() == 0, "nothing is held");
        }
    }
}
