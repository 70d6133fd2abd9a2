package dev.usher.relay;

import static dev.usher.testing.TestUsher.hello;
import static dev.usher.testing.TestUsher.helloBytes;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.testing.Await;
import dev.usher.testing.TestBackend;
import dev.usher.testing.TestPeer;
import dev.usher.testing.TestUsher;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** At a limit connections wait in the kernel, and none is refused. */
class LimitsTest {
    private final TestBackend backend = TestBackend.start(TestBackend.ECHO);

    @AfterEach
    void close() {
        backend.close();
    }

    private static void pausesAndGoesOn(TestUsher usher) throws IOException {
        try (TestPeer first = usher.connect();
                TestPeer second = usher.connect();
                TestPeer waiting = usher.connect()) {
            first.send(hello()).read(helloBytes());
            second.send(hello()).read(helloBytes());
            waiting.send(hello());
            Await.until(() -> usher.acceptPauses() > 0, "accepting pauses");
            assertEquals(2, usher.balancer().looks().openSessions());
            assertEquals(2, usher.snapshot().accepted());
            first.halfClose();
            assertEquals(helloBytes(), waiting.read(helloBytes()).length, "it is its turn now");
            second.halfClose();
            waiting.halfClose();
            assertEquals(0, first.readToEnd().length);
            assertEquals(0, second.readToEnd().length);
            assertEquals(0, waiting.readToEnd().length);
        }
        assertEquals(3, usher.snapshot().accepted());
    }

    @Test
    void ofAListenerPauseAccepting() throws IOException {
        try (TestUsher usher = TestUsher.of(backend).listenerConnections(2).start()) {
            pausesAndGoesOn(usher);
        }
    }

    @Test
    void ofAllListenersPauseAccepting() throws IOException {
        try (TestUsher usher = TestUsher.of(backend).allConnections(2).start()) {
            pausesAndGoesOn(usher);
        }
    }

    /** While it is full a listener neither spins nor accepts; it looks again ten times a second. */
    @Test
    void doNotSpin() throws IOException {
        try (TestUsher usher = TestUsher.of(backend).listenerConnections(1).start();
                TestPeer first = usher.connect();
                TestPeer waiting = usher.connect()) {
            first.send(hello()).read(helloBytes());
            Await.until(() -> usher.acceptPauses() > 0, "accepting pauses");
            long turns = usher.turns();
            long pauses = usher.acceptPauses();
            Await.until(() -> usher.acceptPauses() >= pauses + 2, "it looks again");
            assertTrue(usher.turns() - turns < 20, usher.turns() - turns + " turns");
            first.halfClose();
            waiting.halfClose();
        }
    }

    @Test
    void holdOverManyConnectionsAtOnce() throws IOException {
        try (TestUsher usher =
                TestUsher.of(backend).listenerConnections(5).workers(1).start()) {
            TestPeer[] clients = new TestPeer[60];
            for (int i = 0; i < clients.length; i++) {
                clients[i] = usher.connect().send(hello()).halfClose();
            }
            for (TestPeer client : clients) {
                assertEquals(helloBytes(), client.readToEnd().length);
                client.close();
                assertTrue(usher.balancer().looks().openSessions() <= 5);
            }
        }
    }
}
