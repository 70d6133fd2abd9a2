package dev.usher.relay;

import static dev.usher.testing.TestUsher.hello;
import static dev.usher.testing.TestUsher.helloBytes;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.end.CloseReason;
import dev.usher.testing.Await;
import dev.usher.testing.TestBackend;
import dev.usher.testing.TestPeer;
import dev.usher.testing.TestPeer.Ending;
import dev.usher.testing.TestUsher;
import dev.usher.tls.Alert;
import dev.usher.tls.Hellos;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Time-outs on the machine's own clock. {@link HandTurnedTest} has their exact moments. */
class TimeoutsTest {
    private static final Duration SHORT = Duration.ofMillis(150);

    @Test
    void endASilentBackendsSession() throws IOException {
        try (TestBackend backend = TestBackend.start(TestBackend.SILENT);
                TestUsher usher = TestUsher.of(backend).idleTimeout(SHORT).start();
                TestPeer client = usher.connect()) {
            client.send(hello());
            assertArrayEquals(Hellos.bytes(Alert.INTERNAL_ERROR.record()), client.readToEnd());
            SessionEnd end = usher.ended(CloseReason.BACKEND_SILENT);
            assertEquals(helloBytes(), end.bytesIn());
            assertEquals(SessionEnd.UNKNOWN, end.firstByteNanos());
            assertTrue(end.totalNanos() >= SHORT.toNanos());
        }
    }

    @Test
    void endAnIdleSession() throws IOException {
        try (TestBackend backend = TestBackend.start(TestBackend.ECHO);
                TestUsher usher = TestUsher.of(backend).idleTimeout(SHORT).start();
                TestPeer client = usher.connect()) {
            client.send(hello()).read(helloBytes());
            assertEquals(Ending.RST, client.ending());
            usher.ended(CloseReason.IDLE_TIMEOUT);
            // The echo ends, and closes its socket, when it has read to the end.
            Await.until(() -> backend.connection(0).socket().isClosed(), "the backend has seen the end");
        }
    }

    /** It has said all, and waits for the rest of an answer: an end of file would be the end of that. */
    @Test
    void resetAClientThatWaitsForTheRestOfItsAnswer() throws Exception {
        CountDownLatch done = new CountDownLatch(1);
        try (TestBackend backend = TestBackend.afterReading(helloBytes(), client -> {
                    client.send(new byte[1000]);
                    TestBackend.await(done);
                });
                TestUsher usher =
                        TestUsher.tcp(backend).halfClosedTimeout(SHORT).start();
                TestPeer client = usher.connect()) {
            client.send(hello()).halfClose().read(1000);
            assertEquals(Ending.RST, client.ending());
            usher.ended(CloseReason.HALF_CLOSED_TIMEOUT);
            done.countDown();
        }
    }

    @Test
    void endAHalfClosedSession() throws IOException {
        AtomicReference<Ending> seen = new AtomicReference<>();
        try (TestBackend backend = TestBackend.afterReading(helloBytes(), client -> {
                    client.send((byte) 1).halfClose();
                    seen.set(client.ending());
                });
                TestUsher usher = TestUsher.of(backend).halfClosedTimeout(SHORT).start();
                TestPeer client = usher.connect()) {
            client.send(hello());
            assertEquals(1, client.readToEnd().length); // all that there is: its end is a FIN
            usher.ended(CloseReason.HALF_CLOSED_TIMEOUT);
            Await.until(() -> seen.get() != null, "the backend's connection ended");
            assertEquals(Ending.RST, seen.get());
        }
    }

    /** A session that never rests is ended all the same. */
    @Test
    void endABusySessionAtItsMaxLifetime() throws IOException {
        try (TestBackend backend = TestBackend.start(TestBackend.ECHO);
                TestUsher usher = TestUsher.of(backend).maxLifetime(SHORT).start();
                TestPeer client = usher.connect()) {
            client.send(hello()).read(helloBytes());
            try {
                while (true) {
                    client.send((byte) 1).read(1);
                }
            } catch (IOException ended) {
                SessionEnd end = usher.ended(CloseReason.MAX_LIFETIME);
                assertTrue(end.totalNanos() >= SHORT.toNanos());
            }
        }
    }
}
