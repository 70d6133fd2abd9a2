package dev.usher.relay;

import static dev.usher.testing.TestUsher.hello;
import static dev.usher.testing.TestUsher.helloBytes;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.config.AcceptProxyProtocol;
import dev.usher.config.BackendConfig;
import dev.usher.config.ForwardProxy;
import dev.usher.config.HostPort;
import dev.usher.config.NotTls;
import dev.usher.config.NotTls.Postgres;
import dev.usher.config.UserFile;
import dev.usher.end.CloseReason;
import dev.usher.opening.Openings;
import dev.usher.opening.SocksMessages;
import dev.usher.testing.ManualClock;
import dev.usher.testing.TestBackend;
import dev.usher.testing.TestPeer;
import dev.usher.testing.TestPeer.Ending;
import dev.usher.testing.TestUsher;
import dev.usher.tls.HelloBuilder;
import dev.usher.tls.Hellos;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Goal: what came in time counts, although the worker comes to look only after the deadline. Method: a worker turned by
 * hand; the peer acts between the worker's look at its sockets and the worker's look at the clock.
 */
class BusyWorkerTest {
    private static final Duration HELLO = Duration.ofSeconds(5);
    private static final Duration CONNECT = Duration.ofSeconds(3);
    private static final Duration REFUSING = Duration.ofSeconds(1);
    private static final Duration IDLE = Duration.ofHours(1);
    private static final Duration FIRST_BYTE = Duration.ofSeconds(5);
    private static final int PATIENCE_MILLIS = 10_000;
    private static final byte[] HEADER = HelloBuilder.latin1("PROXY TCP4 192.0.2.7 192.0.2.1 1 443\r\n");
    private static final byte[] SSL_REQUEST = HexFormat.of().parseHex("0000000804d2162f");

    /** What a peer does. */
    private final ManualClock clock = new ManualClock();

    private final Queue<SessionEnd> ends = new ArrayDeque<>();
    private final TestBackend web = TestBackend.start(TestBackend.ECHO);
    private HandTurned turned = start(TestUsher.of(web));

    private HandTurned start(TestUsher.Builder config) {
        return new HandTurned(
                config.config(),
                1 << 20,
                clock,
                HandTurned.into(ends),
                Openings.BY_TYPE,
                (_, password) -> password.equals("right"));
    }

    private void use(TestUsher.Builder config) {
        turned.finish();
        turned = start(config);
    }

    @AfterEach
    void close() {
        turned.finish();
        web.close();
    }

    /** The worker looks, the peer acts, and the time is over before the worker looks again. */
    private void late(Duration time, ManualClock.Act act) {
        clock.advance(time);
        clock.atNextQuestion(act);
        turned.turn();
    }

    private void reads(TestPeer client, byte[] words) throws IOException {
        turned.turnUntil(() -> available(client) >= words.length, "the words are there");
        assertArrayEquals(words, client.read(words.length));
    }

    private static int available(TestPeer client) {
        try {
            return client.socket().getInputStream().available();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void isServed(TestPeer client) throws IOException {
        reads(client, Hellos.bytes(hello()));
        client.halfClose();
        ended(CloseReason.COMPLETED);
    }

    private void ended(CloseReason reason) {
        turned.turnUntil(() -> !ends.isEmpty(), "it has ended");
        assertEquals(reason, Objects.requireNonNull(ends.poll()).reason());
    }

    private Ending endingOf(TestPeer client) throws IOException {
        turned.turn();
        turned.turn();
        return client.ending();
    }

    private void collects(TestPeer client, byte... part) throws IOException {
        client.send(part);
        turned.turnUntil(() -> turned.worker.buffers().heldBytes().get() > 0, "the part is collected");
    }

    // ---- the hello ----

    @Test
    void aWholeHelloIsServed() throws IOException {
        try (TestPeer client = turned.accepted()) {
            late(HELLO, () -> client.send(hello()));
            isServed(client);
        }
    }

    @Test
    void theRestOfAHelloIsServed() throws IOException {
        byte[] hello = Hellos.bytes(hello());
        try (TestPeer client = turned.accepted()) {
            collects(client, Arrays.copyOf(hello, 20));
            late(HELLO, () -> client.send(Arrays.copyOfRange(hello, 20, hello.length)));
            isServed(client);
        }
    }

    @Test
    void aProxyHeaderAndItsHelloAreServed() throws IOException {
        use(TestUsher.of(web).acceptProxyProtocol(AcceptProxyProtocol.V1, "127.0.0.0/8"));
        try (TestPeer client = turned.accepted()) {
            late(HELLO, () -> client.send(HEADER).send(hello()));
            isServed(client);
        }
    }

    @Test
    void aProxyHeaderAloneIsTooLittle() throws IOException {
        use(TestUsher.of(web).acceptProxyProtocol(AcceptProxyProtocol.V1, "127.0.0.0/8"));
        try (TestPeer client = turned.accepted()) {
            late(HELLO, () -> client.send(HEADER));
            ended(CloseReason.HELLO_TIMEOUT);
        }
    }

    /** The last part is read, so that the client sees a FIN. */
    @Test
    void anotherPartRenewsNothing() throws IOException {
        try (TestPeer client = turned.accepted()) {
            collects(client, Hellos.bytes(hello().limit(20)));
            late(HELLO, () -> client.send((byte) 1));
            assertEquals(1, ends.size(), "at once");
            ended(CloseReason.HELLO_TIMEOUT);
            assertEquals(Ending.FIN, endingOf(client));
        }
    }

    @Test
    void aHelloWithinSocksIsServed() throws IOException {
        use(TestUsher.socks(web));
        try (TestPeer client = turned.accepted()) {
            client.send(SocksMessages.bytes(SocksMessages.methods(), SocksMessages.request(TestUsher.NAME, 443)));
            reads(client, SocksMessages.bytes(SocksMessages.method(), SocksMessages.reply(0)));
            late(HELLO, () -> client.send(hello()));
            isServed(client);
        }
    }

    /** The wait for a verdict would have no deadline. */
    @Test
    void aUserIsNotChecked() throws IOException {
        UserFile users = UserFile.parse(Path.of("users"), "me:$2y$10$" + "a".repeat(53));
        use(TestUsher.socks(web).forwardProxy(ForwardProxy.DEFAULT.withUsers(users)));
        try (TestPeer client = turned.accepted()) {
            client.send(SocksMessages.passwordMethods());
            reads(client, new byte[] {5, 2});
            late(HELLO, () -> client.send(SocksMessages.password("me", "right")));
            assertEquals(1, ends.size(), "at once");
            ended(CloseReason.HELLO_TIMEOUT);
        }
    }

    // ---- the refusal ----

    @Test
    void bytesBehindARefusalMakeNoReset() throws IOException {
        try (TestPeer client = turned.accepted()) {
            client.send(new HelloBuilder().name("nobody.example").records());
            ended(CloseReason.UNKNOWN_NAME);
            late(REFUSING, () -> client.send(new byte[10_000]));
            assertEquals(0, turned.relay.sessions().get());
            assertEquals(Ending.FIN, endingOf(client)); // sent before
            assertDoesNotThrow(() -> client.send((byte) 1), "a RST has come");
        }
    }

    // ---- the relay ----

    @Test
    void bytesBeforeTheIdleTimeOutAreRelayed() throws IOException {
        try (TestPeer client = turned.accepted()) {
            client.send(hello());
            reads(client, Hellos.bytes(hello()));
            late(IDLE, () -> client.send((byte) 1));
            reads(client, new byte[] {1});
            late(IDLE, () -> client.halfClose());
            ended(CloseReason.COMPLETED);
        }
    }

    /** Moved to the other, the session would count as a failure of the first. */
    @Test
    void anAnswerBeforeTheTimeForTheFirstByteIsPassedOn() throws IOException {
        CountDownLatch late = new CountDownLatch(1);
        CountDownLatch answered = new CountDownLatch(1);
        try (TestBackend slow = TestBackend.start(peer -> {
            byte[] hello = peer.read(helloBytes());
            TestBackend.await(late);
            peer.send(hello);
            answered.countDown();
            peer.readToEnd();
        })) {
            use(TestUsher.of(slow, web));
            try (TestPeer client = turned.accepted()) {
                client.send(hello());
                turned.turnUntil(
                        () -> !slow.connections().isEmpty()
                                && slow.connection(0).hasReceived(Hellos.bytes(hello())),
                        "the backend has the hello");
                late(FIRST_BYTE, () -> {
                    late.countDown();
                    TestBackend.await(answered);
                });
                reads(client, Hellos.bytes(hello()));
                assertEquals(List.of(), web.connections());
            }
        }
    }

    // ---- the backend ----

    @Test
    void aConnectionThatIsThereIsUsed() throws IOException {
        try (FullQueue queue = FullQueue.open()) {
            use(TestUsher.of().backend(queue.backend()));
            try (TestPeer client = turned.accepted()) {
                collects(client, Hellos.bytes(hello()));
                late(CONNECT, queue::acceptOther);
                assertTrue(ends.isEmpty(), "goes on: " + ends);
                InputStream backend = queue.accepted().getFirst().getInputStream();
                assertArrayEquals(Hellos.bytes(hello()), backend.readNBytes(helloBytes()));
            }
        }
    }

    /** The greeting would have no deadline. */
    @Test
    void aConnectionIsTooLateForAGreeting() throws IOException {
        try (FullQueue queue = FullQueue.open()) {
            use(postgres().backend(queue.backend()));
            try (TestPeer client = turned.accepted()) {
                client.send(SSL_REQUEST);
                reads(client, new byte[] {'S'});
                collects(client, Hellos.bytes(hello()));
                late(CONNECT, queue::acceptOther);
                assertEquals(1, ends.size(), "at once");
                ended(CloseReason.CONNECT_TIMEOUT);
            }
        }
    }

    private static TestUsher.Builder postgres(TestBackend... backends) {
        return TestUsher.of(backends).notTls(new NotTls(null, null, new Postgres(Postgres.REFUSE), null));
    }

    /** A listening socket without room for a connection, until it accepts. Usher's kernel asks again after a second. */
    private record FullQueue(ServerSocket listening, List<Socket> fillers, List<Socket> accepted)
            implements AutoCloseable {
        static FullQueue open() throws IOException {
            ServerSocket listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
            listening.setSoTimeout(PATIENCE_MILLIS);
            List<Socket> fillers = new ArrayList<>();
            try {
                while (fillers.size() < 16) {
                    Socket filler = new Socket();
                    filler.connect(listening.getLocalSocketAddress(), 100);
                    fillers.add(filler);
                }
            } catch (SocketTimeoutException full) {
                return new FullQueue(listening, fillers, new ArrayList<>());
            }
            throw new IllegalStateException("this system has room for more in a queue of one");
        }

        BackendConfig backend() {
            return BackendConfig.of(new HostPort("127.0.0.1", listening.getLocalPort()));
        }

        /** Accepts up to the first connection that is no filler. */
        void acceptOther() throws IOException {
            Socket next = listening.accept();
            while (isFiller(next)) {
                next.close();
                next = listening.accept();
            }
            next.setSoTimeout(PATIENCE_MILLIS);
            accepted.add(next);
        }

        private boolean isFiller(Socket socket) {
            return fillers.stream().anyMatch(filler -> filler.getLocalPort() == socket.getPort());
        }

        @Override
        public void close() throws IOException {
            listening.close();
            for (Socket filler : fillers) {
                filler.close();
            }
            for (Socket other : accepted) {
                other.close();
            }
        }
    }

    @Test
    void aGreetingThatIsAnsweredIsEnough() throws IOException {
        CountDownLatch go = new CountDownLatch(1);
        CountDownLatch answered = new CountDownLatch(1);
        try (TestBackend postgres = TestBackend.afterReading(SSL_REQUEST.length, peer -> {
            TestBackend.await(go);
            peer.send((byte) 'S');
            answered.countDown();
            TestBackend.ECHO.serve(peer);
        })) {
            use(postgres(postgres));
            try (TestPeer client = turned.accepted()) {
                client.send(SSL_REQUEST);
                reads(client, new byte[] {'S'});
                client.send(hello());
                turned.turnUntil(() -> hasAsked(postgres), "the backend is greeted");
                late(CONNECT, () -> {
                    go.countDown();
                    TestBackend.await(answered);
                });
                isServed(client);
            }
        }
    }

    private static boolean hasAsked(TestBackend postgres) {
        return !postgres.connections().isEmpty()
                && postgres.connections().getFirst().hasReceived(SSL_REQUEST);
    }
}
