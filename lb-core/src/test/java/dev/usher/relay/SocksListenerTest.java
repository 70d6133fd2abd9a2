package dev.usher.relay;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.usher.config.Address;
import dev.usher.config.BackendConfig;
import dev.usher.config.Balance;
import dev.usher.config.Cidr;
import dev.usher.config.Fallback;
import dev.usher.config.ForwardProxy;
import dev.usher.config.RouteConfig;
import dev.usher.config.SendProxyProtocol;
import dev.usher.config.Target;
import dev.usher.config.UserFile;
import dev.usher.end.CloseReason;
import dev.usher.opening.SocksMessages;
import dev.usher.pool.Backend;
import dev.usher.testing.TestBackend;
import dev.usher.testing.TestPeer;
import dev.usher.testing.TestUsher;
import dev.usher.testing.UnixServer;
import dev.usher.time.Clock;
import dev.usher.tls.Alert;
import dev.usher.tls.HelloBuilder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Goal: a SOCKS client gets a connection to a host that has a route, only there, and the reason where not. Method: real
 * sockets, one usher for each case.
 */
class SocksListenerTest {
    private static final int SSH = 22;

    private static final byte[] HELLO = array(TestUsher.hello());

    private static byte[] array(ByteBuffer bytes) {
        byte[] all = new byte[bytes.remaining()];
        bytes.get(bytes.position(), all);
        return all;
    }

    /** A client that has asked, and heard that no authentication is needed. */
    private static TestPeer asking(TestUsher usher, byte[] request) throws IOException {
        TestPeer client = usher.connect().send(SocksMessages.methods());
        assertArrayEquals(SocksMessages.method(), client.read(2));
        return client.send(request);
    }

    private static void isRefused(TestUsher usher, byte[] request, int reply, CloseReason reason) throws IOException {
        try (TestPeer client = asking(usher, request)) {
            assertArrayEquals(SocksMessages.reply(reply), client.readToEnd());
        }
        usher.ended(reason);
    }

    private static RouteConfig route(Integer... ports) {
        return RouteConfig.of(TestUsher.NAME, Target.of(TestUsher.POOL).withPorts(List.of(ports)));
    }

    @Test
    void connectsAndRelaysTheHelloOnceTheClientIsTold() throws Exception {
        try (TestBackend backend = TestBackend.start(TestBackend.ECHO);
                TestUsher usher = TestUsher.socks(backend).start()) {
            try (TestPeer client = asking(usher, SocksMessages.request(TestUsher.NAME, 443))) {
                assertArrayEquals(SocksMessages.reply(0), client.read(10));
                client.send(HELLO);
                assertArrayEquals(HELLO, client.read(HELLO.length));
                client.halfClose();
                assertEquals(0, client.readToEnd().length);
            }
            SessionEnd end = usher.ended(CloseReason.COMPLETED);
            assertEquals(HELLO.length, end.bytesIn());
            assertEquals(HELLO.length, end.bytesOut());
            assertEquals(TestUsher.NAME, end.identity().sni());
            assertEquals(TestUsher.NAME, end.identity().route());
        }
    }

    @Test
    void takesEveryByteApartAndEveryByteAtOnce() throws Exception {
        byte[] five = SocksMessages.bytes(SocksMessages.methods(), SocksMessages.request(TestUsher.NAME, 443), HELLO);
        byte[] four = SocksMessages.bytes(SocksMessages.request4a(TestUsher.NAME, 443), HELLO);
        byte[] told = SocksMessages.bytes(SocksMessages.method(), SocksMessages.reply(0));
        try (TestBackend backend = TestBackend.start(TestBackend.ECHO);
                TestUsher usher = TestUsher.socks(backend).start()) {
            for (boolean version5 : List.of(true, false)) {
                byte[] all = version5 ? five : four;
                byte[] words = version5 ? told : SocksMessages.granted4();
                for (int piece : List.of(1, 7, all.length)) {
                    try (TestPeer client = usher.connect()) {
                        for (int at = 0; at < all.length; at += piece) {
                            client.send(ByteBuffer.wrap(all, at, Math.min(piece, all.length - at)));
                        }
                        assertArrayEquals(SocksMessages.bytes(words, HELLO), client.read(words.length + HELLO.length));
                    }
                    usher.ended(CloseReason.COMPLETED);
                }
            }
        }
    }

    /** A refusal in the turn of the reply comes behind the reply: a client reads no alert where it expects the reply. */
    @Test
    void refusalInTheTurnOfTheReplyComesBehindIt(@TempDir Path directory) throws Exception {
        Path connected = directory.resolve("connected.sock");
        TestUsher.Builder usher = TestUsher.socks()
                .backend(BackendConfig.of(Address.parse("unix:" + connected)))
                .backend(BackendConfig.of(Address.parse("unix:" + directory.resolve("missing.sock"))))
                .pool(pool -> pool.balance(Balance.FIRST));
        Queue<SessionEnd> ends = new ArrayDeque<>();
        HandTurned turned = new HandTurned(usher.config(), 1 << 20, Clock.SYSTEM, HandTurned.into(ends));
        try (UnixServer _ = new UnixServer(connected);
                TestPeer client = TestPeer.connect(turned.address)) {
            client.send(SocksMessages.bytes(SocksMessages.methods(), SocksMessages.request(TestUsher.NAME, 443)));
            List<Backend> first =
                    List.of(Objects.requireNonNull(turned.routing.pools().get(TestUsher.POOL))
                            .backends()
                            .getFirst());
            turned.turnUntil(
                    () -> {
                        turned.worker.submit(() -> turned.relay.walk().end(first, CloseReason.BACKEND_REMOVED, 10, 10));
                        return !ends.isEmpty();
                    },
                    "the second backend refuses");
            FutureTask<byte[]> read = new FutureTask<>(client::readToEnd);
            Thread.ofVirtual().start(read);
            turned.turnUntil(read::isDone, "the client has read all");

            byte[] told = SocksMessages.bytes(SocksMessages.method(), SocksMessages.reply(0));
            assertArrayEquals(told, Arrays.copyOf(read.get(), told.length));
            assertEquals(CloseReason.CONNECT_REFUSED, ends.remove().reason());
        } finally {
            turned.finish();
        }
    }

    @Test
    void helloForAnotherHostGetsAnAlertAndNoBackendHasAByte() throws Exception {
        try (TestBackend backend = TestBackend.start(TestBackend.ECHO);
                TestUsher usher = TestUsher.socks(backend).start()) {
            try (TestPeer client = asking(usher, SocksMessages.request(TestUsher.NAME, 443))) {
                client.read(10);
                client.send(new HelloBuilder().name("other.example").records());
                assertArrayEquals(array(Alert.UNRECOGNIZED_NAME.record()), client.readToEnd());
            }
            usher.ended(CloseReason.SNI_MISMATCH);
            assertEquals(0, backend.connection(0).received().length);
        }
    }

    @Test
    void anythingButAHelloEndsThePortOfHttps() throws Exception {
        try (TestBackend backend = TestBackend.start(TestBackend.ECHO);
                TestUsher usher = TestUsher.socks(backend)
                        .helloTimeout(Duration.ofSeconds(2))
                        .start()) {
            for (String words : List.of("SSH-2.0-x\r\n", "\0\0\0\0\0\0")) {
                try (TestPeer client = asking(usher, SocksMessages.request(TestUsher.NAME, 443))) {
                    client.read(10);
                    client.send(words.getBytes(StandardCharsets.US_ASCII));
                    client.ending();
                }
                usher.ended(CloseReason.NOT_TLS);
            }
            try (TestPeer client = asking(usher, SocksMessages.request(TestUsher.NAME, 443))) {
                client.read(10);
                client.send(HELLO[0], HELLO[1]);
                assertEquals(0, client.readToEnd().length);
            }
            usher.ended(CloseReason.HELLO_TIMEOUT);
            try (TestPeer client = asking(usher, SocksMessages.request(TestUsher.NAME, 443))) {
                client.read(10);
            }
            usher.ended(CloseReason.CLIENT_GONE_BEFORE_HELLO);
        }
    }

    @Test
    void serverMaySpeakFirstOnAPortThatTheRouteLists() throws Exception {
        byte[] banner = "SSH-2.0-server\r\n".getBytes(StandardCharsets.US_ASCII);
        try (TestBackend backend = TestBackend.start(peer -> {
                    peer.send(banner);
                    TestBackend.ECHO.serve(peer);
                });
                TestUsher usher = TestUsher.socks(backend).route(route(SSH)).start()) {
            try (TestPeer client = asking(usher, SocksMessages.request(TestUsher.NAME, SSH))) {
                assertArrayEquals(SocksMessages.bytes(SocksMessages.reply(0), banner), client.read(10 + banner.length));
                client.send(new byte[] {1, 2, 3});
                assertArrayEquals(new byte[] {1, 2, 3}, client.read(3));
            }
            usher.ended(CloseReason.COMPLETED);
            isRefused(usher, SocksMessages.request(TestUsher.NAME, 443), 2, CloseReason.PORT_DENIED);
        }
    }

    @Test
    void isRefusedByTheRuleThatStandsAgainstIt() throws Exception {
        try (TestBackend backend = TestBackend.start(TestBackend.ECHO);
                TestUsher usher = TestUsher.socks(backend)
                        .defaultRoute(Fallback.pool(TestUsher.POOL))
                        .start()) {
            isRefused(usher, SocksMessages.request(TestUsher.NAME, 80), 2, CloseReason.PORT_DENIED);
            isRefused(usher, SocksMessages.request(new byte[] {127, 0, 0, 1}, 443), 2, CloseReason.UNKNOWN_NAME);
            isRefused(usher, SocksMessages.request("127.0.0.1", 443), 2, CloseReason.UNKNOWN_NAME);
            isRefused(usher, SocksMessages.request(new byte[16], 443), 2, CloseReason.UNKNOWN_NAME);
        }
        try (TestBackend backend = TestBackend.start(TestBackend.ECHO);
                TestUsher usher = TestUsher.socks(backend)
                        .forwardProxy(ForwardProxy.DEFAULT.withAllow(List.of(Cidr.parse("10.0.0.0/8"))))
                        .start()) {
            isRefused(usher, SocksMessages.request(TestUsher.NAME, 443), 2, CloseReason.DENIED);
        }
        try (TestUsher usher =
                TestUsher.socks(TestBackend.start(TestBackend.ECHO)).start()) {
            isRefused(usher, SocksMessages.request("other.example", 443), 2, CloseReason.UNKNOWN_NAME);
        }
    }

    @Test
    void hearsWhyNoBackendIsThere() throws Exception {
        try (TestUsher usher = TestUsher.socks().backend(TestUsher.anyBackend()).start()) {
            isRefused(usher, SocksMessages.request(TestUsher.NAME, 443), 5, CloseReason.CONNECT_REFUSED);
            try (TestPeer client = usher.connect().send(SocksMessages.request4a(TestUsher.NAME, 443))) {
                assertArrayEquals(new byte[] {0, 91, 0, 0, 0, 0, 0, 0}, client.readToEnd());
            }
            usher.ended(CloseReason.CONNECT_REFUSED);
        }
    }

    @Test
    void backendThatLeavesBeforeItsAnswerGivesWayToAnotherWithoutASecondWord() throws Exception {
        try (TestBackend leaves = TestBackend.afterReading(HELLO.length, TestBackend.CLOSE);
                TestBackend stays = TestBackend.start(TestBackend.ECHO);
                TestUsher usher = TestUsher.socks(leaves, stays)
                        .pool(pool -> pool.balance(Balance.FIRST).sendProxyProtocol(SendProxyProtocol.NONE))
                        .start()) {
            try (TestPeer client = asking(usher, SocksMessages.request(TestUsher.NAME, 443))) {
                client.read(10);
                client.send(HELLO);
                assertArrayEquals(HELLO, client.read(HELLO.length));
            }
            assertEquals(2, usher.ended(CloseReason.COMPLETED).attempts());
        }
    }

    @Test
    void helloAheadOfItsTurnSurvivesABackendThatRefuses() throws Exception {
        byte[] all = SocksMessages.bytes(SocksMessages.methods(), SocksMessages.request(TestUsher.NAME, 443), HELLO);
        byte[] told = SocksMessages.bytes(SocksMessages.method(), SocksMessages.reply(0));
        try (TestBackend refusing = TestBackend.refusing();
                TestBackend backend = TestBackend.start(TestBackend.ECHO);
                TestUsher usher = TestUsher.socks(refusing, backend)
                        .pool(pool -> pool.balance(Balance.FIRST))
                        .start()) {
            try (TestPeer client = usher.connect().send(all)) {
                assertArrayEquals(SocksMessages.bytes(told, HELLO), client.read(told.length + HELLO.length));
            }
            SessionEnd end = usher.ended(CloseReason.COMPLETED);
            assertEquals(2, end.attempts());
            assertEquals(HELLO.length, end.bytesIn());
        }
    }

    @Test
    void backendIsToldOfTheClientInFrontOfTheHello() throws Exception {
        try (TestBackend backend = TestBackend.start(TestBackend.ECHO);
                TestUsher usher = TestUsher.socks(backend)
                        .pool(pool -> pool.sendProxyProtocol(SendProxyProtocol.V1))
                        .start()) {
            try (TestPeer client = asking(usher, SocksMessages.request(TestUsher.NAME, 443))) {
                client.read(10);
                client.send(HELLO);
                String header = "PROXY TCP4 127.0.0.1 127.0.0.1 "
                        + client.socket().getLocalPort() + " " + usher.address().getPort() + "\r\n";
                assertArrayEquals(
                        SocksMessages.bytes(header.getBytes(StandardCharsets.US_ASCII), HELLO),
                        client.read(header.length() + HELLO.length));
            }
            usher.ended(CloseReason.COMPLETED);
        }
    }

    private static TestUsher withUser(TestBackend backend, String... allow) {
        return TestUsher.socks(backend)
                .forwardProxy(ForwardProxy.DEFAULT
                        .withUsers(UserFile.parse(Path.of("users"), "me:$2y$10$" + "a".repeat(53)))
                        .withAllow(Stream.of(allow).map(Cidr::parse).toList()))
                .passwords((_, password) -> password.equals("right"))
                .start();
    }

    private static void loginFails(TestUsher usher, String password, CloseReason reason) throws IOException {
        try (TestPeer client = usher.connect()
                .send(SocksMessages.bytes(
                        SocksMessages.passwordMethods(),
                        SocksMessages.password("me", password),
                        SocksMessages.request(TestUsher.NAME, 443)))) {
            assertArrayEquals(new byte[] {5, 2, 1, 1}, client.readToEnd());
        }
        assertEquals("me", usher.ended(reason).identity().user());
    }

    @Test
    void userIsCheckedBeforeTheRequestIsRead() throws Exception {
        byte[] all = SocksMessages.bytes(
                SocksMessages.passwordMethods(),
                SocksMessages.password("me", "right"),
                SocksMessages.request(TestUsher.NAME, 443),
                HELLO);
        byte[] words = SocksMessages.bytes(new byte[] {5, 2, 1, 0}, SocksMessages.reply(0));
        try (TestBackend backend = TestBackend.start(TestBackend.ECHO);
                TestUsher usher = withUser(backend)) {
            for (int piece : List.of(1, 7, all.length)) {
                try (TestPeer client = usher.connect()) {
                    for (int at = 0; at < all.length; at += piece) {
                        client.send(ByteBuffer.wrap(all, at, Math.min(piece, all.length - at)));
                    }
                    assertArrayEquals(SocksMessages.bytes(words, HELLO), client.read(words.length + HELLO.length));
                }
                assertEquals("me", usher.ended(CloseReason.COMPLETED).identity().user());
            }
            for (int i = 0; i < 5; i++) {
                loginFails(usher, "guess", CloseReason.AUTH_FAILED);
            }
            loginFails(usher, "right", CloseReason.AUTH_THROTTLED);
        }
        try (TestBackend backend = TestBackend.start(TestBackend.ECHO);
                TestUsher usher = withUser(backend, "10.0.0.0/8")) {
            loginFails(usher, "right", CloseReason.DENIED);
        }
    }

    @Test
    void clientMayLeaveWhileItsPasswordIsCheckedAndTheTimeGoesOn() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        try (TestBackend backend = TestBackend.start(TestBackend.ECHO);
                TestUsher usher = TestUsher.socks(backend)
                        .helloTimeout(Duration.ofMillis(300))
                        .forwardProxy(ForwardProxy.DEFAULT.withUsers(
                                UserFile.parse(Path.of("users"), "me:$2y$10$" + "a".repeat(53))))
                        .passwords((_, _) -> {
                            try {
                                return go.await(10, TimeUnit.SECONDS);
                            } catch (InterruptedException e) {
                                return false;
                            }
                        })
                        .start()) {
            try (TestPeer client = usher.connect()
                    .send(SocksMessages.bytes(
                            SocksMessages.passwordMethods(), SocksMessages.password("me", "right")))) {
                assertArrayEquals(new byte[] {5, 2}, client.readToEnd());
            }
            usher.ended(CloseReason.HELLO_TIMEOUT);
            go.countDown(); // the verdict comes after the end, and has no effect
        }
    }
}
