package dev.usher.relay;

import static dev.usher.testing.TestUsher.hello;
import static dev.usher.testing.TestUsher.helloBytes;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.usher.end.CloseReason;
import dev.usher.testing.ManualClock;
import dev.usher.testing.TestBackend;
import dev.usher.testing.TestPeer;
import dev.usher.testing.TestPeer.Ending;
import dev.usher.testing.TestUsher;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketTimeoutException;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Goal: no side takes a part for the whole, for whatever reason usher ends a relay. Method: each reason, before a FIN and
 * after the FIN of either side, on a worker that is turned by hand; the sockets are real.
 */
class PartOrWholeTest {
    /** More than the client's kernel takes, less than usher's: it is on its way when the session ends. */
    private static final int ANSWER_BYTES = 64 * 1024;
    /** More than all kernels between backend and client take. */
    private static final int ENDLESS_BYTES = 64 * 1024 * 1024;

    private final CountDownLatch done = new CountDownLatch(1);
    private final TestBackend server = TestBackend.start(TestBackend.holdUntil(done));
    private final HandTurned turned =
            new HandTurned(TestUsher.of(server).config(), 1 << 24, new ManualClock(), SessionLog.NONE);

    @AfterEach
    void close() {
        turned.close();
        done.countDown();
        server.close();
    }

    private TestPeer accepted(int receiveBufferBytes) throws IOException {
        TestPeer client = TestPeer.connect(turned.address, receiveBufferBytes);
        client.send(hello());
        turned.turnUntil(() -> !server.connections().isEmpty(), "the backend is connected");
        reads(server.connection(0), helloBytes());
        return client;
    }

    private void reads(TestPeer peer, int bytes) throws IOException {
        turned.turnUntil(() -> available(peer) >= bytes, bytes + " bytes are there");
        peer.read(bytes);
    }

    private static int available(TestPeer peer) {
        try {
            return peer.socket().getInputStream().available();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Turns until the other side's FIN has come. */
    private void readsFin(TestPeer peer) throws IOException {
        peer.socket().setSoTimeout(1);
        turned.turnUntil(() -> isAtEnd(peer), "the FIN is passed on");
        peer.socket().setSoTimeout(10_000);
    }

    private static boolean isAtEnd(TestPeer peer) {
        try {
            return peer.socket().getInputStream().read() == -1;
        } catch (SocketTimeoutException notYet) {
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void end(CloseReason reason) {
        turned.relay.endAll(reason);
        turned.turn();
        turned.turn(); // the turn in which what was given up is closed
        assertEquals(0, turned.relay.sessions().get());
        assertEquals(0, turned.worker.buffers().heldBytes().get());
        assertEquals(0, turned.worker.bugs().get());
    }

    @ParameterizedTest
    @MethodSource("reasons")
    void bothSeeAResetBeforeAFin(CloseReason reason) throws IOException {
        try (TestPeer client = accepted(0)) {
            TestPeer backend = server.connection(0);
            backend.send((byte) 1);
            reads(client, 1);
            end(reason);
            assertEquals(Ending.RST, client.ending());
            assertEquals(Ending.RST, backend.ending());
        }
    }

    @ParameterizedTest
    @MethodSource("reasons")
    void theClientThatHasSentItsFinSeesAReset(CloseReason reason) throws IOException {
        try (TestPeer client = accepted(0)) {
            TestPeer backend = server.connection(0);
            backend.send((byte) 1);
            reads(client, 1);
            client.send((byte) 2).halfClose();
            reads(backend, 1);
            readsFin(backend);
            end(reason);
            assertEquals(Ending.RST, client.ending());
        }
    }

    @ParameterizedTest
    @MethodSource("reasons")
    void theBackendThatHasSentItsFinSeesAResetAndItsWholeAnswerArrives(CloseReason reason) throws IOException {
        byte[] answer = new byte[ANSWER_BYTES];
        Arrays.fill(answer, (byte) 7);
        try (TestPeer client = accepted(4096)) {
            TestPeer backend = server.connection(0);
            backend.send(answer).halfClose();
            turned.turnUntil(() -> turned.relay.sent().get() == ANSWER_BYTES, "the answer is on its way");
            turned.turn();
            turned.turn(); // its FIN as well
            end(reason);
            assertEquals(Ending.RST, backend.ending());
            if (reason.ending() != dev.usher.end.Ending.RESET) {
                assertArrayEquals(answer, client.readToEnd());
            }
        }
    }

    @ParameterizedTest
    @MethodSource("reasons")
    void theClientSeesAResetBehindBytesThatWait(CloseReason reason) throws Exception {
        try (TestPeer client = accepted(4096)) {
            TestPeer backend = server.connection(0);
            Thread sending = Thread.ofPlatform().start(() -> sendAllAndFin(backend));
            turned.turnUntil(() -> turned.worker.buffers().heldBytes().get() > 0, "the client takes no more");
            end(reason);
            assertEquals(Ending.RST, client.ending());
            sending.join();
        }
    }

    private static void sendAllAndFin(TestPeer backend) {
        try {
            backend.send(new byte[ENDLESS_BYTES]).halfClose();
        } catch (IOException reset) {
            // It is to be.
        }
    }

    /** All that end a relay: a refusal is for a client that has had no byte, and {@code completed} for both FINs. */
    static Stream<CloseReason> reasons() {
        return Arrays.stream(CloseReason.values())
                .filter(reason -> reason.endCode().matches(".[DL]") && reason.refusal() == null);
    }
}
