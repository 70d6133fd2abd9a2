package dev.usher.relay;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.config.Balance;
import dev.usher.end.CloseReason;
import dev.usher.end.Refusal;
import dev.usher.testing.Await;
import dev.usher.testing.ManualClock;
import dev.usher.testing.TestBackend;
import dev.usher.testing.TestPeer;
import dev.usher.testing.TestUsher;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Goal: whatever an opening may ask of a session is done: words for the client and for the backend, whole however little a
 * socket takes, and at their time. Method: {@link LineOpening}, which asks for all of it, over real sockets; the clock
 * stands still.
 */
class LineOpeningTest {
    /** More than the buffers of two sockets on loopback. */
    private static final int LARGE = 16 * 1024 * 1024;

    private static final String NAMED = TestUsher.NAME + "\n";

    private final ManualClock clock = new ManualClock();
    private final BlockingQueue<SessionEnd> ends = new LinkedBlockingQueue<>();

    @SuppressWarnings("NullAway.Init") // by start
    private HandTurned usher;

    @SuppressWarnings("NullAway.Init")
    private Thread thread;

    private void start(int padding, TestBackend... backends) {
        SessionLog log = new SessionLog() {
            @Override
            public void ended(int worker, SessionEnd end) {
                ends.add(end);
            }

            @Override
            public boolean wants(CloseReason reason, boolean empty) {
                return true;
            }
        };
        usher = new HandTurned(
                TestUsher.of(backends).pool(pool -> pool.balance(Balance.FIRST)).config(),
                1 << 20,
                clock,
                log,
                _ -> new LineOpening(padding));
        thread = usher.worker.start();
    }

    @AfterEach
    void close() throws InterruptedException {
        usher.worker.submit(() -> usher.relay.endAll(CloseReason.SHUTDOWN));
        Await.until(() -> usher.relay.sessions().get() == 0, "all are closed");
        assertEquals(0, usher.worker.buffers().heldBytes().get());
        assertEquals(0, usher.worker.bugs().get());
        usher.worker.stop();
        thread.join();
    }

    private TestPeer connect() throws IOException {
        return TestPeer.connect(usher.address);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static void reads(TestPeer peer, String expected) throws IOException {
        assertEquals(expected, new String(peer.read(expected.length()), StandardCharsets.US_ASCII));
    }

    private static void readsPadded(TestPeer peer, String expected, int padding) throws IOException {
        byte[] all = peer.read(expected.length() + padding);
        assertEquals(expected, new String(all, 0, expected.length(), StandardCharsets.US_ASCII));
        assertEquals('-', all[all.length - 1]);
    }

    private SessionEnd ended(CloseReason reason) throws InterruptedException {
        SessionEnd end = Objects.requireNonNull(ends.poll(10, TimeUnit.SECONDS), "it has ended");
        assertEquals(reason, end.reason());
        return end;
    }

    /** Answers the greeting in two pieces, and echoes what follows. */
    private static TestBackend willing() {
        return TestBackend.start(peer -> {
            reads(peer, LineOpening.GREETING);
            peer.send(bytes("A")).send(bytes("YE\n"));
            TestBackend.ECHO.serve(peer);
        });
    }

    private static TestBackend saying(String answer) {
        return TestBackend.start(peer -> {
            reads(peer, LineOpening.GREETING);
            peer.send(bytes(answer));
            peer.readToEnd();
        });
    }

    private void isServed(TestPeer client, int attempts) throws Exception {
        client.send(bytes(LineOpening.HELLO));
        reads(client, LineOpening.READY);
        client.send(
                bytes(NAMED + "payload")); // at once: a byte behind the opening could not be told to another backend
        reads(client, LineOpening.CONNECTED);
        reads(client, "payload");
        client.halfClose();
        assertEquals(0, client.readToEnd().length);
        SessionEnd end = ended(CloseReason.COMPLETED);
        assertEquals(attempts, end.attempts());
        assertEquals(TestUsher.NAME, end.identity().sni());
        assertEquals("payload".length(), end.bytesIn());
    }

    @Test
    void allIsSaidAndTheLinesStayWithUs() throws Exception {
        try (TestBackend backend = willing()) {
            start(0, backend);
            try (TestPeer client = connect()) {
                isServed(client, 1);
            }
            assertArrayEquals(
                    bytes(LineOpening.GREETING + "payload"),
                    backend.connection(0).received());
        }
    }

    @Test
    void allMayComeAtOnceOrByteByByte() throws Exception {
        try (TestBackend backend = willing()) {
            start(0, backend);
            String all = LineOpening.HELLO + NAMED + "x";
            try (TestPeer client = connect()) {
                client.send(bytes(all));
                reads(client, LineOpening.READY + LineOpening.CONNECTED + "x");
            }
            try (TestPeer client = connect()) {
                for (byte each : bytes(all)) {
                    client.send(each);
                }
                reads(client, LineOpening.READY + LineOpening.CONNECTED + "x");
            }
        }
    }

    @Test
    void wordsThatNoSocketTakesAtOnceArriveWhole() throws Exception {
        try (TestBackend backend = willing()) {
            start(LARGE, backend);
            try (TestPeer client = connect()) {
                client.send(bytes(LineOpening.HELLO));
                readsPadded(client, LineOpening.READY, LARGE);
                client.send(bytes("nobody.example\n"));
                readsPadded(client, LineOpening.refusalOf(Refusal.UNKNOWN_NAME), LARGE);
                assertEquals(0, client.readToEnd().length, "and a FIN behind it");
                ended(CloseReason.UNKNOWN_NAME);
            }
        }
    }

    /** The word is larger than the socket takes, and the client reads none of it: a second, and it is over. */
    @Test
    void aClientThatDoesNotReadItsRefusalIsLeft() throws Exception {
        try (TestBackend backend = willing()) {
            start(LARGE, backend);
            try (TestPeer client = connect()) {
                client.send(bytes("WHAT\n"));
                ended(CloseReason.MALFORMED_HELLO);
                assertEquals(1, usher.relay.sessions().get());
                clock.advance(Duration.ofSeconds(1));
                usher.worker.submit(() -> {});
                Await.until(() -> usher.relay.sessions().get() == 0, "it is over");
            }
        }
    }

    /** Nor does a client hold a session by not reading a reply: the time to open is one for all of it. */
    @Test
    void aClientThatDoesNotReadAReplyIsLeft() throws Exception {
        try (TestBackend backend = willing()) {
            start(LARGE, backend);
            try (TestPeer client = connect()) {
                client.send(bytes(LineOpening.HELLO));
                reads(client, LineOpening.READY);
                clock.advance(Duration.ofSeconds(5));
                usher.worker.submit(() -> {});
                ended(CloseReason.HELLO_TIMEOUT);
            }
        }
    }

    @Test
    void aBackendThatDoesNotAnswerTheGreetingRightIsLeftForAnother() throws Exception {
        for (String answer : List.of("NAY\n", "AYE\n!", "!")) {
            try (TestBackend wrong = saying(answer);
                    TestBackend right = willing()) {
                start(0, wrong, right);
                try (TestPeer client = connect()) {
                    isServed(client, 2);
                }
                assertArrayEquals(
                        bytes(LineOpening.GREETING),
                        wrong.connection(0).received(),
                        "and has none of the client's bytes");
                close();
            }
        }
        start(0, TestBackend.refusing());
    }

    @Test
    void aBackendThatClosesInsteadOfAnAnswerIsLeftForAnotherWhoIsToldAll() throws Exception {
        try (TestBackend leaves = TestBackend.start(peer -> {
                    reads(peer, LineOpening.GREETING);
                    peer.send(bytes(LineOpening.ACCEPTED));
                    peer.read("payload".length());
                });
                TestBackend right = willing()) {
            start(0, leaves, right);
            try (TestPeer client = connect()) {
                isServed(client, 2);
            }
            assertArrayEquals(
                    bytes(LineOpening.GREETING + "payload"), right.connection(0).received());
        }
    }

    @Test
    void aBackendThatNeverAnswersTheGreetingHasTheConnectTimeOut() throws Exception {
        try (TestBackend silent = TestBackend.start(TestBackend.SILENT);
                TestBackend right = willing()) {
            start(0, silent, right);
            try (TestPeer client = connect()) {
                client.send(bytes(LineOpening.HELLO + NAMED + "payload"));
                Await.until(() -> silent.connection(0).hasReceived(bytes(LineOpening.GREETING)), "it is greeted");
                clock.advance(Duration.ofSeconds(3));
                usher.worker.submit(() -> {});
                reads(client, LineOpening.READY + LineOpening.CONNECTED + "payload");
            }
            assertEquals(2, ended(CloseReason.COMPLETED).attempts());
        }
    }

    @Test
    void whatIsTooLongOrNoNameIsRefusedInTheOpeningsWords() throws Exception {
        try (TestBackend backend = willing()) {
            start(0, backend);
            try (TestPeer client = connect()) {
                client.send(bytes("x".repeat(100)));
                reads(client, LineOpening.refusalOf(Refusal.TOO_LARGE));
                ended(CloseReason.HELLO_TOO_LARGE);
            }
            try (TestPeer client = connect()) {
                client.send(bytes(LineOpening.HELLO + "..\n"));
                reads(client, LineOpening.READY + LineOpening.refusalOf(Refusal.INVALID_NAME));
                ended(CloseReason.INVALID_NAME);
            }
            assertTrue(backend.connections().isEmpty());
        }
    }
}
