package dev.usher.relay;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.config.Cidr;
import dev.usher.config.ForwardProxy;
import dev.usher.config.HttpRule;
import dev.usher.config.RouteConfig;
import dev.usher.config.UserFile;
import dev.usher.end.CloseReason;
import dev.usher.testing.TestBackend;
import dev.usher.testing.TestPeer;
import dev.usher.testing.TestUsher;
import dev.usher.tls.HelloBuilder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
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

    @Test
    void userIsCheckedByBasic() throws Exception {
        String head = "CONNECT %s:443 HTTP/1.1\r\nHost: %1$s:443\r\n%s\r\n";
        String right = "Proxy-Authorization: basic " + Base64.getEncoder().encodeToString(bytes("me:right:x")) + "\r\n";
        try (TestBackend backend = TestBackend.start(TestBackend.ECHO);
                TestUsher usher = TestUsher.forConnect(backend)
                        .forwardProxy(ForwardProxy.DEFAULT.withUsers(
                                UserFile.parse(Path.of("users"), "me:$2y$10$" + "a".repeat(53))))
                        .passwords((_, password) -> password.equals("right:x"))
                        .start()) {
            for (String nothing : List.of(
                    "", "Proxy-Authorization: Bearer x\r\n", "Proxy-Authorization: Basic ?\r\n", right + right)) {
                try (TestPeer client = usher.connect().send(bytes(head.formatted(TestUsher.NAME, nothing)))) {
                    String answer = new String(client.readToEnd(), StandardCharsets.US_ASCII);
                    assertTrue(answer.startsWith("HTTP/1.1 407 "), answer);
                    assertTrue(answer.contains("\r\nProxy-Authenticate: Basic realm=\"usher\"\r\n"), answer);
                }
                usher.ended(CloseReason.AUTH_METHOD);
            }
            try (TestPeer client = usher.connect()
                    .send(bytes(head.formatted(TestUsher.NAME, right)))
                    .send(hello())) {
                assertArrayEquals(bytes(ESTABLISHED), client.read(ESTABLISHED.length()));
                assertArrayEquals(hello(), client.read(hello().length));
            }
            assertEquals("me", usher.ended(CloseReason.COMPLETED).identity().user());
            String wrong = "Proxy-Authorization: Basic " + Base64.getEncoder().encodeToString(bytes("me:x")) + "\r\n";
            for (int i = 0; i < 5; i++) {
                isAnswered(usher, head.formatted(TestUsher.NAME, wrong), 407, CloseReason.AUTH_FAILED);
            }
            isAnswered(usher, head.formatted(TestUsher.NAME, right), 429, CloseReason.AUTH_THROTTLED);
        }
    }
}
