package dev.usher.relay;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.usher.config.AcceptProxyProtocol;
import dev.usher.config.NotTls;
import dev.usher.end.CloseReason;
import dev.usher.testing.TestBackend;
import dev.usher.testing.TestPeer;
import dev.usher.testing.TestPeer.Ending;
import dev.usher.testing.TestUsher;
import dev.usher.tls.HelloBuilder;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Clients of other protocols on a TLS port are relayed byte for byte, and nothing is awaited of their backends. */
class NotTlsTest {
    private static final byte[] VERSION = HelloBuilder.latin1("SSH-2.0-OpenSSH_9.2\r\n");
    private static final byte[] BANNER = HelloBuilder.latin1("SSH-2.0-test\r\n");

    private final TestBackend web = TestBackend.start(TestBackend.ECHO);
    private final TestBackend git = TestBackend.start(client -> {
        client.send(BANNER);
        TestBackend.ECHO.serve(client);
    });

    @AfterEach
    void close() {
        web.close();
        git.close();
    }

    private TestUsher.Builder usher(NotTls pools) {
        return TestUsher.of(web).fallbackPool(git).notTls(pools);
    }

    private static NotTls ssh() {
        return new NotTls(TestUsher.FALLBACK_POOL, null, null, null);
    }

    private void isServed(TestUsher usher, TestPeer client) throws IOException {
        assertArrayEquals(BANNER, client.read(BANNER.length));
        client.halfClose();
        assertArrayEquals(VERSION, client.readToEnd());
        SessionEnd end = usher.ended(CloseReason.COMPLETED);
        assertEquals("not_tls.ssh", end.identity().route());
        assertEquals(TestUsher.FALLBACK_POOL, end.identity().pool());
        assertNull(end.identity().sni());
        assertEquals(SessionEnd.UNKNOWN, end.helloNanos());
        assertEquals(VERSION.length, end.bytesIn());
    }

    @Test
    void relaysFromTheFirstByte() throws IOException {
        try (TestUsher usher = usher(ssh()).start();
                TestPeer client = usher.connect()) {
            isServed(usher, client.send(VERSION));
        }
    }

    @Test
    void relaysOneBytePerSegment() throws IOException {
        try (TestUsher usher = usher(ssh()).start();
                TestPeer client = usher.connect()) {
            client.socket().setTcpNoDelay(true);
            for (byte each : VERSION) {
                client.send(each);
            }
            isServed(usher, client);
        }
    }

    @Test
    void readsAProxyHeaderFirst() throws IOException {
        try (TestUsher usher = usher(ssh())
                        .acceptProxyProtocol(AcceptProxyProtocol.V1, "127.0.0.0/8")
                        .start();
                TestPeer client = usher.connect()) {
            client.send(HelloBuilder.latin1("PROXY TCP4 192.0.2.7 192.0.2.1 1 443\r\n"));
            isServed(usher, client.send(VERSION));
        }
    }

    @Test
    void routesAHelloAsBefore() throws IOException {
        try (TestUsher usher = usher(new NotTls(
                                TestUsher.FALLBACK_POOL, TestUsher.FALLBACK_POOL, null, TestUsher.FALLBACK_POOL))
                        .start();
                TestPeer client = usher.connect()) {
            client.send(TestUsher.hello()).halfClose();
            assertEquals(TestUsher.helloBytes(), client.readToEnd().length);
            assertEquals(
                    TestUsher.POOL,
                    usher.ended(CloseReason.COMPLETED).identity().pool());
        }
    }

    /** A client of an unknown protocol would not understand an alert. */
    @Test
    void resetsAClientWhoseBackendIsGone() throws IOException {
        git.close();
        try (TestUsher usher = usher(ssh()).start();
                TestPeer client = usher.connect()) {
            assertEquals(Ending.RST, client.send(VERSION).ending());
            assertEquals(
                    "not_tls.ssh",
                    usher.ended(CloseReason.CONNECT_REFUSED).identity().route());
        }
    }

    @Test
    void refusesAProtocolWithoutAPool() throws IOException {
        try (TestUsher usher = usher(new NotTls(null, TestUsher.FALLBACK_POOL, null, null))
                        .start();
                TestPeer client = usher.connect()) {
            client.send(VERSION);
            assertEquals(0, client.readToEnd().length);
            assertNull(usher.ended(CloseReason.NOT_TLS).identity().route());
        }
    }
}
