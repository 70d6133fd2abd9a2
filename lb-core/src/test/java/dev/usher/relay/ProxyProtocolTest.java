package dev.usher.relay;

import static dev.usher.testing.TestUsher.hello;
import static dev.usher.testing.TestUsher.helloBytes;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.config.AcceptProxyProtocol;
import dev.usher.config.Balance;
import dev.usher.config.SendProxyProtocol;
import dev.usher.end.CloseReason;
import dev.usher.pool.SocketText;
import dev.usher.testing.TestBackend;
import dev.usher.testing.TestPeer;
import dev.usher.testing.TestPeer.Ending;
import dev.usher.testing.TestUsher;
import dev.usher.tls.Alert;
import dev.usher.tls.Hellos;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;
import org.junit.jupiter.params.provider.ValueSource;

/** PROXY headers from proxies in front and to backends behind, over real sockets. */
class ProxyProtocolTest {
    private static final String ANYBODY = "127.0.0.0/8";
    private static final byte[] V1 =
            "PROXY TCP4 192.0.2.7 198.51.100.9 4711 443\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] V2 = HexFormat.of()
            .parseHex("0d0a0d0a000d0a515549540a" + "2111000c" + "c0000207" + "c6336409" + "1267" + "01bb");
    private static final byte[] V2_LOCAL = HexFormat.of().parseHex("0d0a0d0a000d0a515549540a" + "20000000");

    private final TestBackend backend = TestBackend.start(TestBackend.ECHO);

    @AfterEach
    void close() {
        backend.close();
    }

    private TestUsher accepting(AcceptProxyProtocol version) {
        return TestUsher.of(backend).acceptProxyProtocol(version, ANYBODY).start();
    }

    private static byte[] concat(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    private static byte[] helloAsBytes() {
        return Hellos.bytes(hello());
    }

    private static void isServed(TestUsher usher, String client, byte[]... pieces) throws IOException {
        try (TestPeer peer = usher.connect()) {
            for (byte[] piece : pieces) {
                peer.send(piece);
            }
            peer.halfClose();
            assertArrayEquals(helloAsBytes(), peer.readToEnd(), "the backend sees the hello alone");
            SessionEnd end = usher.ended(CloseReason.COMPLETED);
            String seen = SocketText.of(end.identity().client());
            assertEquals(client, seen.replaceFirst("^127\\.0\\.0\\.1:.*", "127.0.0.1"));
            assertEquals(helloBytes(), end.bytesIn());
        }
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "NONE")
    void theClientIsWhoTheProxySays(AcceptProxyProtocol version) throws IOException {
        try (TestUsher usher = accepting(version)) {
            if (version != AcceptProxyProtocol.V2) {
                isServed(usher, "192.0.2.7:4711", concat(V1, helloAsBytes()));
                isServed(usher, "192.0.2.7:4711", V1, helloAsBytes());
            }
            if (version != AcceptProxyProtocol.V1) {
                isServed(usher, "192.0.2.7:4711", concat(V2, helloAsBytes()));
                isServed(usher, "127.0.0.1", concat(V2_LOCAL, helloAsBytes()));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"V1, 2", "V2, 1"})
    void theOtherVersionIsRefused(AcceptProxyProtocol version, int sent) throws IOException {
        try (TestUsher usher = accepting(version)) {
            isRefused(usher, CloseReason.PROXY_HEADER, concat(sent == 1 ? V1 : V2, helloAsBytes()));
        }
    }

    /** In every place where header and hello can be cut in two, and in single bytes. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void aSplitMakesNoDifference(int version) throws IOException {
        byte[] header = version == 1 ? V1 : V2;
        byte[] all = concat(header, helloAsBytes());
        try (TestUsher usher = accepting(AcceptProxyProtocol.ANY)) {
            for (int cut = 1; cut < header.length + 20; cut++) {
                isServed(usher, "192.0.2.7:4711", Arrays.copyOf(all, cut), Arrays.copyOfRange(all, cut, all.length));
            }
            byte[][] single = new byte[all.length][];
            for (int i = 0; i < all.length; i++) {
                single[i] = new byte[] {all[i]};
            }
            isServed(usher, "192.0.2.7:4711", single);
        }
    }

    private static void isRefused(TestUsher usher, CloseReason reason, byte[] sent) throws IOException {
        try (TestPeer peer = usher.connect()) {
            try {
                peer.send(sent);
            } catch (SocketException alreadyReset) {
                // what is expected came early
            }
            assertEquals(Ending.RST, peer.ending());
            usher.ended(reason);
        }
    }

    @Test
    void whoIsNotTrustedIsRefusedWhateverItSends() throws IOException {
        try (TestUsher usher = TestUsher.of(backend)
                .acceptProxyProtocol(AcceptProxyProtocol.ANY, "10.0.0.0/8", "127.0.0.2")
                .start()) {
            assertEquals(Ending.RST, TestPeer.endingOfConnection(usher.address()));
            SessionEnd end = usher.ended(CloseReason.PROXY_NOT_TRUSTED);
            assertTrue(SocketText.of(end.identity().client()).startsWith("127.0.0.1:"), end.toString());
        }
        assertEquals(List.of(), backend.connections());
    }

    /** A header at a listener that takes none is no hello. */
    @Test
    void aHeaderThatNobodyAskedForIsNotTls() throws IOException {
        try (TestUsher usher = TestUsher.of(backend).start();
                TestPeer peer = usher.connect()) {
            peer.send(V1);
            peer.ending();
            usher.ended(CloseReason.NOT_TLS);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "PROXY TCP4 192.0.2.7 198.51.100.9 4711\r\n",
                "PROXY TCP4 192.0.2.777 198.51.100.9 4711 443\r\n",
                "PROXY TCP4 192.0.2.7 198.51.100.9 4711 443\n",
                "PROXY TCP9 192.0.2.7 198.51.100.9 4711 443\r\n",
                "proxy TCP4 192.0.2.7 198.51.100.9 4711 443\r\n",
                "GET / HTTP/1.1\r\n",
                "PROXY UNKNOWN aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
            })
    void aMalformedOrOverlongHeaderIsRefused(String header) throws IOException {
        try (TestUsher usher = accepting(AcceptProxyProtocol.ANY)) {
            isRefused(usher, CloseReason.PROXY_HEADER, header.getBytes(StandardCharsets.US_ASCII));
        }
    }

    /** A hello where a header must be: somebody goes round the proxy, or the proxy sends none. */
    @Test
    void aHelloWithoutAHeaderIsRefused() throws IOException {
        try (TestUsher usher = accepting(AcceptProxyProtocol.ANY)) {
            isRefused(usher, CloseReason.PROXY_HEADER, helloAsBytes());
        }
        assertEquals(List.of(), backend.connections());
    }

    @Test
    void aHeaderThatIsNotWholeInTimeIsRefused() throws IOException {
        try (TestUsher usher = TestUsher.of(backend)
                        .acceptProxyProtocol(AcceptProxyProtocol.ANY, ANYBODY)
                        .helloTimeout(Duration.ofMillis(60))
                        .start();
                TestPeer peer = usher.connect();
                TestPeer leaving = usher.connect();
                TestPeer silent = usher.connect()) {
            leaving.send(Arrays.copyOf(V2, 10)).halfClose();
            assertEquals(Ending.RST, leaving.ending());
            usher.ended(CloseReason.PROXY_HEADER);
            peer.send(Arrays.copyOf(V2, 20));
            assertEquals(Ending.RST, peer.ending());
            assertEquals(Ending.RST, silent.ending());
            usher.ended(CloseReason.PROXY_HEADER);
            usher.ended(CloseReason.PROXY_HEADER);
        }
    }

    /** The limit per client is that of the client, not of the proxy that all of them come through. */
    @Test
    void theLimitPerClientLooksBehindTheProxy() throws IOException {
        try (TestUsher usher = TestUsher.of(backend)
                        .acceptProxyProtocol(AcceptProxyProtocol.ANY, ANYBODY)
                        .perClientIp(1, 0, 0)
                        .start();
                TestPeer first = usher.connect();
                TestPeer other = usher.connect()) {
            first.send(concat(V1, helloAsBytes())).read(helloBytes());
            isRefused(usher, CloseReason.CLIENT_CONNECTIONS, concat(V2, helloAsBytes()));
            other.send("PROXY TCP4 192.0.2.8 198.51.100.9 4711 443\r\n".getBytes(StandardCharsets.US_ASCII));
            assertEquals(helloBytes(), other.send(helloAsBytes()).read(helloBytes()).length);
        }
    }

    @Test
    void aTcpListenerTakesHeadersToo() throws IOException {
        try (TestUsher usher = TestUsher.tcp(backend)
                        .acceptProxyProtocol(AcceptProxyProtocol.V1, ANYBODY)
                        .start();
                TestPeer peer = usher.connect()) {
            peer.send(concat(V1, new byte[] {1, 2, 3})).halfClose();
            assertArrayEquals(new byte[] {1, 2, 3}, peer.readToEnd());
            SessionEnd end = usher.ended(CloseReason.COMPLETED);
            assertEquals(
                    new InetSocketAddress("192.0.2.7", 4711), end.identity().client());
            assertEquals(3, end.bytesIn());
        }
    }

    // ---- to backends ----

    private static byte[] v1(TestPeer client, TestUsher usher) {
        return ("PROXY TCP4 127.0.0.1 127.0.0.1 " + client.socket().getLocalPort() + " "
                        + usher.address().getPort() + "\r\n")
                .getBytes(StandardCharsets.US_ASCII);
    }

    @Test
    void aBackendGetsTheHeaderFirstAndEachBackendThatIsTried() throws IOException {
        try (TestBackend closing = TestBackend.start(client -> client.read(helloBytes()));
                TestUsher usher = TestUsher.of(closing, backend)
                        .pool(pool -> pool.balance(Balance.FIRST).sendProxyProtocol(SendProxyProtocol.V1))
                        .start();
                TestPeer client = usher.connect()) {
            byte[] expected = concat(v1(client, usher), helloAsBytes());
            client.send(hello());
            assertArrayEquals(expected, client.read(expected.length), "the echo of all that the second one got");
            client.halfClose().readToEnd();
            SessionEnd end = usher.ended(CloseReason.COMPLETED);
            assertEquals(2, end.attempts());
            assertEquals(helloBytes(), end.bytesIn(), "the header is not the client's");
            assertArrayEquals(
                    Arrays.copyOf(expected, helloBytes()),
                    closing.connection(0).received(),
                    "as much as the first has read");
        }
    }

    @Test
    void aHeaderOfVersionTwoSaysWhatTheHelloSays() throws IOException {
        try (TestUsher usher = TestUsher.of(backend)
                        .pool(pool -> pool.sendProxyProtocol(SendProxyProtocol.V2))
                        .start();
                TestPeer client = usher.connect()) {
            client.send(hello());
            byte[] fixed = client.read(28);
            ByteBuffer header = ByteBuffer.wrap(fixed);
            assertEquals("0d0a0d0a000d0a515549540a2111", HexFormat.of().formatHex(fixed, 0, 14));
            int length = header.getShort(14);
            assertEquals("7f0000017f000001", HexFormat.of().formatHex(fixed, 16, 24));
            assertEquals(client.socket().getLocalPort(), header.getShort(24) & 0xffff);
            assertEquals(usher.address().getPort(), header.getShort(26) & 0xffff);
            byte[] tlvs = client.read(length - 12);
            assertArrayEquals(helloAsBytes(), client.read(helloBytes()));
            String text = new String(tlvs, StandardCharsets.ISO_8859_1);
            assertTrue(text.contains("\u0002\u0000\u000f" + TestUsher.NAME), "AUTHORITY");
            client.halfClose().readToEnd();
            SessionEnd end = usher.ended(CloseReason.COMPLETED);
            assertTrue(text.contains(end.identity().cid()), "UNIQUE_ID is the name in the access log");
            assertEquals(helloBytes(), end.bytesIn());
        }
    }

    /** What came from a proxy in front goes on to the backend. */
    @Test
    void theClientOfAClientIsPassedOn() throws IOException {
        try (TestUsher usher = TestUsher.of(backend)
                        .acceptProxyProtocol(AcceptProxyProtocol.V2, ANYBODY)
                        .pool(pool -> pool.sendProxyProtocol(SendProxyProtocol.V1))
                        .start();
                TestPeer client = usher.connect()) {
            client.send(concat(V2, helloAsBytes())).halfClose();
            assertArrayEquals(concat(V1, helloAsBytes()), client.readToEnd());
        }
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "NONE")
    void aTcpBackendGetsTheHeaderThoughNobodySpeaks(SendProxyProtocol version) throws IOException {
        try (TestUsher usher = TestUsher.tcp(backend)
                        .pool(pool -> pool.sendProxyProtocol(version))
                        .start();
                TestPeer client = usher.connect()) {
            if (version == SendProxyProtocol.V1) {
                byte[] expected = v1(client, usher);
                assertArrayEquals(expected, client.read(expected.length));
            } else {
                byte[] fixed = client.read(16);
                client.read(ByteBuffer.wrap(fixed).getShort(14));
            }
            client.send(new byte[] {9});
            assertEquals(9, client.read(1)[0]);
            client.halfClose().readToEnd();
            assertEquals(1, usher.ended(CloseReason.COMPLETED).bytesIn());
        }
    }

    @Test
    void aRefusedClientGetsItsAlertThoughAHeaderWasMade() throws IOException {
        try (TestBackend refusing = TestBackend.refusing();
                TestUsher usher = TestUsher.of(refusing)
                        .pool(pool -> pool.sendProxyProtocol(SendProxyProtocol.V2))
                        .start();
                TestPeer client = usher.connect()) {
            client.send(hello());
            assertArrayEquals(Hellos.bytes(Objects.requireNonNull(Alert.INTERNAL_ERROR.record())), client.readToEnd());
            assertEquals(0, usher.ended(CloseReason.CONNECT_REFUSED).bytesIn());
        }
    }
}
