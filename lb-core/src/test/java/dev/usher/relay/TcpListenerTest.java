package dev.usher.relay;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.end.CloseReason;
import dev.usher.testing.Await;
import dev.usher.testing.TestBackend;
import dev.usher.testing.TestPeer;
import dev.usher.testing.TestPeer.Ending;
import dev.usher.testing.TestUsher;
import dev.usher.tls.HelloBuilder;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A listener of type tcp looks at no byte. */
class TcpListenerTest {
    private static final byte[] GREETING = HelloBuilder.latin1("220 ready\r\n");

    @Test
    void letsTheServerSpeakFirst() throws IOException {
        try (TestBackend backend = TestBackend.start(client -> {
                    client.send(GREETING);
                    TestBackend.ECHO.serve(client);
                });
                TestUsher usher = TestUsher.tcp(backend).start();
                TestPeer client = usher.connect()) {
            assertArrayEquals(GREETING, client.read(GREETING.length));
            client.send(HelloBuilder.latin1("quit")).halfClose();
            assertArrayEquals(HelloBuilder.latin1("quit"), client.readToEnd());
            SessionEnd end = usher.ended(CloseReason.COMPLETED);
            assertNull(end.identity().sni());
            assertNull(end.identity().alpn());
            assertNull(end.identity().route());
            assertEquals(TestUsher.POOL, end.identity().pool());
            assertEquals(SessionEnd.UNKNOWN, end.helloNanos());
            assertTrue(end.connectNanos() > 0 && end.firstByteNanos() >= 0, end.toString());
            assertEquals(4, end.bytesIn());
            assertEquals(4 + GREETING.length, end.bytesOut());
        }
    }

    /** A protocol in which the server says nothing is no failure. */
    @Test
    void passesHalfClosesOnAlsoWithoutAnAnswer() throws IOException {
        try (TestBackend backend = TestBackend.start(TestBackend.SILENT);
                TestUsher usher = TestUsher.tcp(backend).start();
                TestPeer client = usher.connect()) {
            client.send((byte) 1, (byte) 2).halfClose();
            assertEquals(0, client.readToEnd().length);
            usher.ended(CloseReason.COMPLETED);
            assertArrayEquals(new byte[] {1, 2}, backend.connection(0).received());
        }
    }

    @Test
    void passesTheBackendsFinOnBeforeTheClientHasSpoken() throws IOException {
        try (TestBackend backend = TestBackend.start(client -> {
                    client.halfClose();
                    client.readToEnd();
                });
                TestUsher usher = TestUsher.tcp(backend).start();
                TestPeer client = usher.connect()) {
            assertEquals(0, client.readToEnd().length);
            client.send((byte) 7).halfClose();
            usher.ended(CloseReason.COMPLETED);
            Await.until(() -> backend.connection(0).hasReceived(new byte[] {7}), "the backend has the byte");
        }
    }

    @Test
    void resetsTheClientOfARefusedConnect() throws IOException {
        try (TestBackend refusing = TestBackend.refusing();
                TestUsher usher = TestUsher.tcp(refusing).start()) {
            assertEquals(Ending.RST, TestPeer.endingOfConnection(usher.address()));
            usher.ended(CloseReason.CONNECT_REFUSED);
        }
    }

    @Test
    void triesTheNextBackend() throws IOException {
        try (TestBackend refusing = TestBackend.refusing();
                TestBackend backend = TestBackend.start(TestBackend.ECHO);
                TestUsher usher = TestUsher.tcp(refusing, backend).start();
                TestPeer client = usher.connect()) {
            client.send((byte) 1).halfClose();
            assertEquals(1, client.readToEnd().length);
            assertEquals(2, usher.ended(CloseReason.COMPLETED).attempts());
        }
    }

    /** Without an answer a clean FIN would look like a success. */
    @Test
    void passesAResetOnThatComesBeforeTheFirstByte() throws IOException {
        try (TestBackend backend = TestBackend.afterReading(1, TestBackend.RESET);
                TestUsher usher = TestUsher.tcp(backend).start();
                TestPeer client = usher.connect()) {
            client.send((byte) 1);
            assertEquals(Ending.RST, client.ending());
            assertEquals(1, usher.ended(CloseReason.BACKEND_RESET).attempts());
        }
    }

    @Test
    void passesResetsOn() throws IOException {
        try (TestBackend backend = TestBackend.start(client -> {
                    client.send((byte) 1);
                    client.read(1);
                    client.reset();
                });
                TestUsher usher = TestUsher.tcp(backend).start();
                TestPeer client = usher.connect()) {
            client.read(1);
            client.send((byte) 1);
            assertEquals(Ending.RST, client.ending());
            usher.ended(CloseReason.BACKEND_RESET);
        }
    }

    @Test
    void callsAQuietSessionIdleAndNotItsBackendSilent() throws IOException {
        try (TestBackend backend = TestBackend.start(TestBackend.SILENT);
                TestUsher usher = TestUsher.tcp(backend)
                        .idleTimeout(Duration.ofMillis(100))
                        .start();
                TestPeer client = usher.connect()) {
            assertEquals(Ending.RST, client.ending());
            usher.ended(CloseReason.IDLE_TIMEOUT);
        }
    }

    /** Bytes that a client did not take in time are lost; a FIN would pass the rest off as the whole. */
    @Test
    void resetsAClientThatStallsUntilTheTimeOut() throws IOException {
        try (TestBackend backend = TestBackend.start(client -> client.send(new byte[64 * 1024 * 1024]));
                TestUsher usher = TestUsher.tcp(backend)
                        .idleTimeout(Duration.ofMillis(200))
                        .start();
                TestPeer client = TestPeer.connect(usher.address(), 8192)) {
            usher.ended(CloseReason.IDLE_TIMEOUT);
            assertEquals(Ending.RST, client.ending());
        }
    }
}
