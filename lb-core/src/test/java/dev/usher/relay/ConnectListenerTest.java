package dev.usher.relay;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.config.Cidr;
import dev.usher.config.ForwardProxy;
import dev.usher.config.HttpRule;
import dev.usher.config.RouteConfig;
import dev.usher.end.CloseReason;
import dev.usher.testing.TestBackend;
import dev.usher.testing.TestPeer;
import dev.usher.testing.TestUsher;
import dev.usher.tls.HelloBuilder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A client of CONNECT gets a connection to a host that has a route, or the status that says why not. */
class ConnectListenerTest {
    private static final String ESTABLISHED = "HTTP/1.1 200 Connection established\r\n\r\n";

    private static byte[] hello() {
        ByteBuffer hello = TestUsher.hello();
        byte[] all = new byte[hello.remaining()];
        hello.get(all);
        return all;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static String connect(String hostPort) {
        return "CONNECT " + hostPort + " HTTP/1.1\r\nHost: " + hostPort + "\r\n\r\n";
    }

    private static void isAnswered(TestUsher usher, String request, int status, CloseReason reason) throws IOException {
        try (TestPeer client = usher.connect().send(bytes(request))) {
            String answer = new String(client.readToEnd(), StandardCharsets.US_ASCII);
            assertTrue(answer.startsWith("HTTP/1.1 " + status + " "), answer);
        }
        usher.ended(reason);
    }

    @Test
    void connectsAndRelaysHoweverTheBytesCome() throws Exception {
        byte[] hello = hello();
        byte[] all = new byte[connect(TestUsher.NAME + ":443").length() + hello.length];
        byte[] head = bytes(connect(TestUsher.NAME + ":443"));
        System.arraycopy(head, 0, all, 0, head.length);
        System.arraycopy(hello, 0, all, head.length, hello.length);
        try (TestBackend backend = TestBackend.start(TestBackend.ECHO);
                TestUsher usher = TestUsher.forConnect(backend).start()) {
            for (int piece : List.of(1, 7, head.length, all.length)) {
                try (TestPeer client = usher.connect()) {
                    for (int at = 0; at < all.length; at += piece) {
                        client.send(ByteBuffer.wrap(all, at, Math.min(piece, all.length - at)));
                    }
                    assertArrayEquals(bytes(ESTABLISHED), client.read(ESTABLISHED.length()));
                    assertArrayEquals(hello, client.read(hello.length));
                }
                usher.ended(CloseReason.COMPLETED);
            }
        }
    }

    @Test
    void isAnsweredByTheRuleThatStandsAgainstIt() throws Exception {
        try (TestBackend backend = TestBackend.start(TestBackend.ECHO);
                TestUsher usher = TestUsher.forConnect(backend).start()) {
            isAnswered(usher, connect(TestUsher.NAME + ":8443"), 403, CloseReason.PORT_DENIED);
            isAnswered(usher, connect("other.example:443"), 403, CloseReason.UNKNOWN_NAME);
            isAnswered(usher, connect("127.0.0.1:443"), 403, CloseReason.UNKNOWN_NAME);
            isAnswered(usher, connect("[::1]:443"), 403, CloseReason.UNKNOWN_NAME);
        }
        try (TestBackend backend = TestBackend.start(TestBackend.ECHO);
                TestUsher usher = TestUsher.forConnect(backend)
                        .forwardProxy(ForwardProxy.DEFAULT.withAllow(List.of(Cidr.parse("10.0.0.0/8"))))
                        .start()) {
            isAnswered(usher, connect(TestUsher.NAME + ":443"), 403, CloseReason.DENIED);
        }
        try (TestUsher usher =
                TestUsher.forConnect().backend(TestUsher.anyBackend()).start()) {
            isAnswered(usher, connect(TestUsher.NAME + ":443"), 502, CloseReason.CONNECT_REFUSED);
        }
    }

    @Test
    void helloForAnotherHostGetsAnAlert() throws Exception {
        try (TestBackend backend = TestBackend.start(TestBackend.ECHO);
                TestUsher usher = TestUsher.forConnect(backend).start()) {
            try (TestPeer client = usher.connect().send(bytes(connect(TestUsher.NAME + ":443")))) {
                client.read(ESTABLISHED.length());
                client.send(new HelloBuilder().name("other.example").records());
                assertEquals(21, client.readToEnd()[0]);
            }
            usher.ended(CloseReason.SNI_MISMATCH);
        }
    }

    @Test
    void requestWithoutTlsGoesToPort80WhereTheRouteLetsItPass() throws Exception {
        String get = "GET http://%s/a HTTP/1.1\r\nHost: %1$s\r\nProxy-Authorization: Basic eA==\r\n\r\n";
        String answer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
        try (TestBackend backend = TestBackend.start(peer -> {
                    peer.read(new byte[1024], 1024);
                    peer.send(bytes(answer));
                });
                TestUsher usher = TestUsher.forConnect(backend)
                        .route(RouteConfig.of(TestUsher.NAME, TestUsher.POOL)
                                .withHttp(new HttpRule(HttpRule.Action.FORWARD, TestUsher.POOL, false, false)))
                        .start()) {
            try (TestPeer client = usher.connect().send(bytes(get.formatted(TestUsher.NAME)))) {
                assertEquals(answer, new String(client.readToEnd(), StandardCharsets.US_ASCII));
            }
            usher.ended(CloseReason.COMPLETED);
            assertEquals(
                    "GET /a HTTP/1.1\r\nHost: " + TestUsher.NAME + "\r\nConnection: close\r\n\r\n",
                    new String(backend.connection(0).received(), StandardCharsets.US_ASCII));
            isAnswered(usher, get.formatted(TestUsher.NAME + ":8080"), 403, CloseReason.PORT_DENIED);
            isAnswered(usher, get.formatted("other.example"), 403, CloseReason.UNKNOWN_NAME);
        }
        try (TestBackend backend = TestBackend.start(TestBackend.ECHO);
                TestUsher usher = TestUsher.forConnect(backend).start()) {
            isAnswered(usher, get.formatted(TestUsher.NAME), 405, CloseReason.PLAIN_DENIED);
        }
    }
}
