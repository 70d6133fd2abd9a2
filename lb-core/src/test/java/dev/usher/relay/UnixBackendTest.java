package dev.usher.relay;

import static dev.usher.testing.TestUsher.hello;
import static dev.usher.testing.TestUsher.helloBytes;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.usher.config.Address;
import dev.usher.config.BackendConfig;
import dev.usher.config.SendProxyProtocol;
import dev.usher.end.CloseReason;
import dev.usher.testing.Await;
import dev.usher.testing.TestBackend;
import dev.usher.testing.TestPeer;
import dev.usher.testing.TestPeer.Ending;
import dev.usher.testing.TestUsher;
import dev.usher.testing.UnixServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Backends behind unix sockets. */
@Timeout(30)
class UnixBackendTest {
    /** More than the kernels on the way take. */
    private static final int MANY_BYTES = 8 * 1024 * 1024;

    @TempDir
    private Path directory;

    private Path file;
    private BackendConfig config;

    @BeforeEach
    void name() {
        file = directory.resolve("backend.sock");
        config = BackendConfig.of(Address.parse("unix:" + file));
    }

    @Test
    void bytesPassBothWaysAndHalfClosesToo() throws IOException {
        byte[] up = new byte[MANY_BYTES];
        new Random(1).nextBytes(up);
        try (UnixServer server = new UnixServer(file);
                TestUsher usher = TestUsher.of().backend(config).start();
                TestPeer client = usher.connect()) {
            client.send(hello());
            SocketChannel backend = server.accept();
            assertArrayEquals(hello().array(), UnixServer.read(backend, helloBytes()));
            inBackground(() -> client.send(up).halfClose());
            assertArrayEquals(up, UnixServer.readToEnd(backend));
            inBackground(() -> {
                UnixServer.send(backend, up);
                backend.close();
            });
            assertArrayEquals(up, client.readToEnd());
            SessionEnd end = usher.ended(CloseReason.COMPLETED);
            assertEquals("unix:" + file, end.identity().backend());
            assertEquals(MANY_BYTES + helloBytes(), end.bytesIn());
        }
    }

    @Test
    void theProxyHeaderComesFirst() throws IOException {
        try (UnixServer server = new UnixServer(file);
                TestUsher usher = TestUsher.tcp()
                        .backend(config)
                        .pool(pool -> pool.sendProxyProtocol(SendProxyProtocol.V1))
                        .start();
                TestPeer client = usher.connect();
                SocketChannel backend = server.accept()) {
            String header = "PROXY TCP4 127.0.0.1 127.0.0.1 " + client.socket().getLocalPort() + ' '
                    + usher.address().getPort() + "\r\n";
            assertEquals(header, new String(UnixServer.read(backend, header.length()), StandardCharsets.US_ASCII));
        }
    }

    @Test
    void anAbsentFileCountsAsRefused() throws IOException {
        try (TestUsher usher = TestUsher.tcp().backend(config).start()) {
            assertEquals(Ending.RST, TestPeer.endingOfConnection(usher.address()));
            usher.ended(CloseReason.CONNECT_REFUSED);
        }
    }

    @Test
    void aFileThatNobodyListensAtCountsAsRefused() throws IOException {
        new UnixServer(file).die();
        try (TestBackend other = TestBackend.start(TestBackend.ECHO);
                TestUsher usher =
                        TestUsher.tcp().backend(config).backend(other.config()).start();
                TestPeer client = usher.connect()) {
            client.send((byte) 1).halfClose();
            assertEquals(1, client.readToEnd().length);
            assertEquals(2, usher.ended(CloseReason.COMPLETED).attempts());
        }
    }

    @Test
    void aFullQueueIsAskedAgain() throws IOException {
        try (UnixServer server = new UnixServer(file, 1);
                TestUsher usher = TestUsher.tcp().backend(config).start();
                TestPeer first = usher.connect();
                TestPeer second = usher.connect();
                TestPeer third = usher.connect()) {
            usher.awaitOpen(3);
            for (TestPeer client : List.of(first, second, third)) {
                client.halfClose();
                server.accept().close();
            }
            for (TestPeer client : List.of(first, second, third)) {
                assertEquals(0, client.readToEnd().length);
                assertEquals(1, usher.ended(CloseReason.COMPLETED).attempts());
            }
        }
    }

    @Test
    void aQueueThatStaysFullTimesOut() throws IOException {
        try (UnixServer server = new UnixServer(file, 1);
                TestUsher usher = TestUsher.tcp()
                        .backend(config)
                        .connectTimeout(Duration.ofMillis(50))
                        .start();
                TestPeer first = usher.connect();
                TestPeer second = usher.connect()) {
            usher.awaitOpen(2);
            assertEquals(Ending.RST, TestPeer.endingOfConnection(usher.address()));
            usher.ended(CloseReason.CONNECT_TIMEOUT);
            for (TestPeer client : List.of(first, second)) {
                client.halfClose();
                server.accept().close();
                assertEquals(0, client.readToEnd().length);
            }
        }
    }

    /** The kernel has no RST for unix sockets: unread bytes make the difference, and only these. */
    @Test
    void anAbortIsAnErrorOnlyWithBytesUnread() throws IOException {
        try (UnixServer server = new UnixServer(file);
                TestUsher usher = TestUsher.tcp().backend(config).start();
                TestPeer idle = usher.connect()) {
            SocketChannel quiet = server.accept();
            idle.send((byte) 1);
            assertEquals(1, UnixServer.read(quiet, 1)[0]);
            idle.reset();
            usher.ended(CloseReason.CLIENT_RESET);
            assertEquals(0, UnixServer.readToEnd(quiet).length);

            try (TestPeer stalled = usher.connect()) {
                SocketChannel busy = server.accept();
                busy.configureBlocking(false);
                Await.until(() -> isFull(busy), "nothing takes more of the backend's bytes");
                busy.configureBlocking(true);
                stalled.reset();
                usher.ended(CloseReason.CLIENT_RESET);
                assertThrows(IOException.class, () -> UnixServer.readToEnd(busy));
            }
        }
    }

    private interface Work {
        void run() throws IOException;
    }

    private static void inBackground(Work work) {
        Thread.startVirtualThread(() -> {
            try {
                work.run();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    private static boolean isFull(SocketChannel channel) {
        try {
            return channel.write(ByteBuffer.allocate(64 * 1024)) == 0;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
