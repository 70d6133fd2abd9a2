package dev.usher.relay;

import static dev.usher.testing.TestUsher.NAME;
import static dev.usher.testing.TestUsher.hello;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.config.Cidr;
import dev.usher.config.Fallback;
import dev.usher.config.RouteConfig;
import dev.usher.config.Target;
import dev.usher.end.CloseReason;
import dev.usher.opening.TlsOpening;
import dev.usher.testing.TestBackend;
import dev.usher.testing.TestPeer;
import dev.usher.testing.TestUsher;
import dev.usher.tls.Alert;
import dev.usher.tls.HelloBuilder;
import dev.usher.tls.Hellos;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of a connection by its first bytes: each outcome has its own reason, its own answer, and no other. */
class HelloOutcomesTest {
    private final TestBackend backend = TestBackend.start(TestBackend.ECHO);
    private final TestBackend fallback = TestBackend.start(TestBackend.ECHO);

    @AfterEach
    void close() {
        backend.close();
        fallback.close();
    }

    private static void assertAlert(Alert alert, TestPeer client) throws IOException {
        assertArrayEquals(Hellos.bytes(alert.record()), client.readToEnd());
    }

    private static byte[] sslv2Hello() {
        return HexFormat.of()
                .parseHex("802e" + "01" + "0301" + "0015" + "0000" + "0010" + "000005".repeat(7) + "7f".repeat(16));
    }

    private static ByteBuffer nameless() {
        return new HelloBuilder().records();
    }

    private static ByteBuffer helloFor(String name) {
        return new HelloBuilder().name(name).records();
    }

    /** An extension that comes twice, which two readers could read differently. */
    private static ByteBuffer malformed() {
        return new HelloBuilder().name(NAME).name("other.example").records();
    }

    @Nested
    class AServedHello {
        /** Sends the hello with {@code sender}, then more; the echo of both must come back, byte for byte. */
        private void isServed(TestUsher usher, ByteBuffer hello, Sender sender) throws IOException {
            byte[] expected = HelloBuilder.concat(Hellos.bytes(hello), HelloBuilder.latin1("and more"));
            int known = backend.connections().size();
            try (TestPeer client = usher.connect()) {
                sender.send(client, hello);
                client.send(HelloBuilder.latin1("and more")).halfClose();
                assertArrayEquals(expected, client.readToEnd());
            }
            assertArrayEquals(expected, backend.connection(known).received());
            SessionEnd end = usher.ended(CloseReason.COMPLETED);
            assertEquals(expected.length, end.bytesIn());
            assertEquals(expected.length, end.bytesOut());
        }

        @FunctionalInterface
        private interface Sender {
            void send(TestPeer client, ByteBuffer hello) throws IOException;
        }

        private void isServed(ByteBuffer hello, Sender sender) throws IOException {
            try (TestUsher usher = TestUsher.of(backend).start()) {
                isServed(usher, hello, sender);
            }
        }

        @Test
        void mayComeOneByteAtATime() throws IOException {
            isServed(hello(), (client, hello) -> {
                for (byte b : Hellos.bytes(hello)) {
                    client.send(b); // without Nagle's delay each is a segment of its own
                }
            });
        }

        @Test
        void mayBeCutIntoTwoRecordsAtEveryOffset() throws IOException {
            byte[] message = new HelloBuilder().name(NAME).message();
            try (TestUsher usher = TestUsher.of(backend).start()) {
                for (int cut = 1; cut < message.length; cut++) {
                    isServed(usher, Hellos.recordsCutAt(message, cut), TestPeer::send);
                }
            }
        }

        @ParameterizedTest
        @ValueSource(ints = {1, 2, 7, 64})
        void mayComeInManyRecords(int fragmentBytes) throws IOException {
            isServed(new HelloBuilder().name(NAME).records(fragmentBytes), TestPeer::send);
        }

        @Test
        void mayBeFollowedByMoreInItsSegmentAndItsRecord() throws IOException {
            byte[] inItsRecord =
                    HelloBuilder.concat(new HelloBuilder().name(NAME).message(), new byte[9]);
            byte[] all = HelloBuilder.concat(
                    Hellos.bytes(Hellos.records(inItsRecord, 1 << 14)),
                    Hellos.record(20, new byte[] {1}),
                    new byte[9000]);
            isServed(ByteBuffer.wrap(all), TestPeer::send);
        }

        @ParameterizedTest
        @CsvSource({"2048, 16384", "17000, 16384", "60000, 16384", "65536, 16384", "65536, 1"})
        void mayBeLarge(int messageBytes, int fragmentBytes) throws IOException {
            isServed(new HelloBuilder().name(NAME).paddedTo(messageBytes).records(fragmentBytes), TestPeer::send);
        }

        @Test
        void mayComeInAnySegments() throws IOException {
            Random random = new Random(1);
            isServed(new HelloBuilder().name(NAME).paddedTo(40_000).records(900), (client, hello) -> {
                ByteBuffer rest = hello.duplicate();
                while (rest.hasRemaining()) {
                    byte[] piece = new byte[Math.min(rest.remaining(), 1 + random.nextInt(3000))];
                    rest.get(piece);
                    client.send(piece);
                }
            });
        }

        @Test
        void mayHaveGrease() throws IOException {
            isServed(new HelloBuilder().grease().name(NAME).records(), TestPeer::send);
        }

        @Test
        void mayBeARealOne() throws IOException {
            isServed(Hellos.fromJdkClient(NAME, "h2", "http/1.1"), TestPeer::send);
        }

        @ParameterizedTest
        @ValueSource(strings = {"WWW.Example.COM", "www.example.com."})
        void mayWriteItsNameInAnyCaseAndWithADot(String name) throws IOException {
            isServed(helloFor(name), TestPeer::send);
        }
    }

    @Nested
    class ARefusedHello {
        private void isRefused(CloseReason reason, byte[] bytes) throws IOException {
            try (TestUsher usher = TestUsher.of(backend).start();
                    TestPeer client = usher.connect()) {
                client.send(bytes);
                if (reason.refusal() == null) {
                    assertEquals(0, client.readToEnd().length);
                } else {
                    assertAlert(TlsOpening.alert(reason.refusal()), client);
                }
                SessionEnd end = usher.ended(reason);
                assertEquals(0, end.attempts());
                assertEquals(0, end.bytesIn());
            }
            assertTrue(backend.connections().isEmpty());
        }

        @Test
        void hasNoName() throws IOException {
            isRefused(CloseReason.NO_SNI, Hellos.bytes(nameless()));
        }

        @Test
        void hasAnUnknownName() throws IOException {
            isRefused(CloseReason.UNKNOWN_NAME, Hellos.bytes(helloFor("nobody.example")));
        }

        @Test
        void isMalformed() throws IOException {
            isRefused(CloseReason.MALFORMED_HELLO, Hellos.bytes(malformed()));
        }

        @Test
        void hasANameThatIsNone() throws IOException {
            isRefused(CloseReason.INVALID_NAME, Hellos.bytes(helloFor("www..example")));
        }

        /** What was asked for in vain is the first question of whoever looks for the fault. */
        @Test
        void isSaidByWhatStoodInPlaceOfAName() throws IOException {
            try (TestUsher usher = TestUsher.of(backend).start();
                    TestPeer client = usher.connect()) {
                client.send(Hellos.bytes(helloFor("shop.example:8443\n")));
                assertAlert(TlsOpening.alert(Objects.requireNonNull(CloseReason.INVALID_NAME.refusal())), client);
                SessionEnd end = usher.ended(CloseReason.INVALID_NAME);
                assertEquals("shop.example:8443\\x0a", end.identity().sni());
                assertNull(end.identity().alpn());
            }
        }

        @Test
        void isOfSslv2AndSoHasNoName() throws IOException {
            isRefused(CloseReason.NO_SNI, sslv2Hello());
        }

        @Test
        void isNotTls() throws IOException {
            isRefused(CloseReason.NOT_TLS, "SSH-2.0-OpenSSH_9.2\r\n".getBytes(StandardCharsets.US_ASCII));
        }

        @Test
        void isTooLargeByWhatItAnnounces() throws IOException {
            isRefused(CloseReason.HELLO_TOO_LARGE, HexFormat.of().parseHex("160301400001010000"));
        }

        @Test
        void isTooLargeForItsListener() throws IOException {
            try (TestUsher usher = TestUsher.of(backend).maxHelloBytes(2000).start();
                    TestPeer fits = usher.connect();
                    TestPeer tooLarge = usher.connect()) {
                fits.send(new HelloBuilder().name(NAME).paddedTo(2000).records())
                        .halfClose();
                assertEquals(2005, fits.readToEnd().length);
                usher.ended(CloseReason.COMPLETED);
                tooLarge.send(new HelloBuilder().name(NAME).paddedTo(2001).records());
                assertAlert(Alert.DECODE_ERROR, tooLarge);
                usher.ended(CloseReason.HELLO_TOO_LARGE);
            }
        }

        /** Goal: no RST may destroy the alert. Close with unread input would send one; so the input is read away. */
        @Test
        void isToldSoEvenWhileItSendsMore() throws IOException {
            try (TestUsher usher = TestUsher.of(backend).start()) {
                for (int i = 0; i < 50; i++) {
                    try (TestPeer client = usher.connect()) {
                        client.send(helloFor("nobody.example"));
                        usher.ended(CloseReason.UNKNOWN_NAME); // from here on the alert is under way
                        client.send(new byte[10_000]).send(new byte[10_000]);
                        assertAlert(Alert.UNRECOGNIZED_NAME, client);
                    }
                }
            }
        }

        /** A client that floods instead of reading its alert is cut off, and does not keep the session open. */
        @Test
        void isCutOffIfItSendsWithoutEnd() throws IOException {
            try (TestUsher usher = TestUsher.of(backend).start();
                    TestPeer client = usher.connect()) {
                client.send(helloFor("nobody.example"));
                usher.ended(CloseReason.UNKNOWN_NAME);
                org.junit.jupiter.api.Assertions.assertThrows(IOException.class, () -> {
                    for (int i = 0; i < 2000; i++) {
                        client.send(new byte[16 * 1024]);
                    }
                });
                usher.awaitOpen(0);
            }
        }

        /** A client that neither reads nor closes keeps its session for a second and no longer. */
        @Test
        void isLetGoOfAfterASecond() throws IOException {
            try (TestUsher usher = TestUsher.of(backend).start();
                    TestPeer client = usher.connect()) {
                client.send(helloFor("nobody.example"));
                usher.ended(CloseReason.UNKNOWN_NAME);
                assertEquals(1, usher.balancer().looks().openSessions());
                usher.awaitOpen(0);
                assertAlert(Alert.UNRECOGNIZED_NAME, client);
            }
        }
    }

    @Nested
    class AnUnfinishedHello {
        @Test
        void timesOutInSilence() throws IOException {
            try (TestUsher usher = TestUsher.of(backend)
                            .helloTimeout(Duration.ofMillis(100))
                            .start();
                    TestPeer client = usher.connect()) {
                assertEquals(0, client.readToEnd().length);
                SessionEnd end = usher.ended(CloseReason.HELLO_TIMEOUT);
                assertTrue(end.totalNanos() >= 100_000_000, end.toString());
            }
        }

        /** A drip of one byte each few milliseconds does not renew the time-out, which runs from accept. */
        @Test
        void timesOutHoweverManyBytesDrip() throws IOException {
            try (TestUsher usher = TestUsher.of(backend)
                            .helloTimeout(Duration.ofMillis(200))
                            .start();
                    TestPeer client = usher.connect()) {
                ByteBuffer hello =
                        new HelloBuilder().name(NAME).paddedTo(60_000).records();
                client.socket().setSoTimeout(5);
                int end = 0;
                while (end == 0) {
                    client.send(hello.get());
                    end = endOrTimeout(client);
                }
                assertTrue(usher.ended(CloseReason.HELLO_TIMEOUT).totalNanos()
                        < Duration.ofSeconds(2).toNanos());
            }
        }

        /** Waits for the end a few milliseconds, the time between two drips; 0 while there is none. */
        private static int endOrTimeout(TestPeer client) throws IOException {
            try {
                return client.socket().getInputStream().read();
            } catch (java.net.SocketTimeoutException notYet) {
                return 0;
            } catch (java.net.SocketException reset) { // the last drip came after the close
                return -1;
            }
        }

        @ParameterizedTest
        @ValueSource(ints = {0, 1, 5, 60})
        void endsWithItsClient(int bytes) throws IOException {
            try (TestUsher usher = TestUsher.of(backend).start()) {
                try (TestPeer client = usher.connect()) {
                    client.send(hello().limit(bytes));
                }
                usher.ended(CloseReason.CLIENT_GONE_BEFORE_HELLO);
                TestPeer resets = usher.connect();
                resets.send(hello().limit(bytes));
                resets.reset();
                usher.ended(CloseReason.CLIENT_GONE_BEFORE_HELLO);
            }
            assertTrue(backend.connections().isEmpty());
        }
    }

    @Nested
    class Fallbacks {
        private TestUsher.Builder usher(String action) {
            Fallback choice = switch (action) {
                case "close" -> Fallback.CLOSE;
                case "pool" -> Fallback.pool(TestUsher.FALLBACK_POOL);
                default -> Fallback.REJECT;
            };
            return TestUsher.of(backend)
                    .fallbackPool(fallback)
                    .defaultRoute(choice)
                    .noSniRoute(choice);
        }

        @Test
        void canCloseWithoutAWord() throws IOException {
            try (TestUsher usher = usher("close").start();
                    TestPeer unknown = usher.connect();
                    TestPeer nameless = usher.connect()) {
                unknown.send(helloFor("nobody.example"));
                assertEquals(0, unknown.readToEnd().length);
                usher.ended(CloseReason.UNKNOWN_NAME_CLOSED);
                nameless.send(nameless());
                assertEquals(0, nameless.readToEnd().length);
                usher.ended(CloseReason.NO_SNI_CLOSED);
            }
        }

        @Test
        void canServe() throws IOException {
            try (TestUsher usher = usher("pool").start()) {
                for (ByteBuffer hello :
                        List.of(helloFor("nobody.example"), nameless(), ByteBuffer.wrap(sslv2Hello()))) {
                    try (TestPeer client = usher.connect()) {
                        client.send(hello).halfClose();
                        assertArrayEquals(Hellos.bytes(hello), client.readToEnd());
                    }
                    SessionEnd end = usher.ended(CloseReason.COMPLETED);
                    assertEquals(TestUsher.FALLBACK_POOL, end.identity().pool());
                    assertEquals(
                            end.identity().sni() == null ? "no_sni" : "default",
                            end.identity().route());
                }
            }
            assertEquals(3, fallback.connections().size());
            assertTrue(backend.connections().isEmpty());
        }

        @Test
        void canServeSomeClientsAndProtocolsOnly() throws IOException {
            Target guarded = Target.of(TestUsher.POOL).withDeny(List.of(Cidr.parse("127.0.0.0/8")));
            try (TestUsher usher =
                            usher("reject").defaultRoute(Fallback.to(guarded)).start();
                    TestPeer client = usher.connect()) {
                client.send(helloFor("nobody.example"));
                assertAlert(Alert.ACCESS_DENIED, client);
                assertEquals(
                        "default", usher.ended(CloseReason.DENIED).identity().route());
            }
            assertTrue(backend.connections().isEmpty());
        }

        @Test
        void neverServeWhatIsMalformed() throws IOException {
            try (TestUsher usher = usher("pool").start();
                    TestPeer malformed = usher.connect();
                    TestPeer http = usher.connect()) {
                malformed.send(malformed());
                assertAlert(Alert.DECODE_ERROR, malformed);
                usher.ended(CloseReason.MALFORMED_HELLO);
                http.send(HelloBuilder.latin1("GET / HTTP/1.1\r\n\r\n"));
                assertTrue(HelloBuilder.latin1("HTTP/1.1 400 Bad Request").length < http.readToEnd().length);
                usher.ended(CloseReason.HTTP_ON_TLS);
            }
            assertTrue(fallback.connections().isEmpty());
        }
    }

    @Nested
    class Sources {
        private TestUsher usher(List<Cidr> allow, List<Cidr> deny) {
            return TestUsher.of(backend)
                    .route(RouteConfig.of(
                            NAME, Target.of(TestUsher.POOL).withAllow(allow).withDeny(deny)))
                    .start();
        }

        private void isDenied(TestUsher usher) throws IOException {
            try (usher;
                    TestPeer client = usher.connect()) {
                client.send(hello());
                assertAlert(Alert.ACCESS_DENIED, client);
                assertEquals(NAME, usher.ended(CloseReason.DENIED).identity().route());
            }
            assertTrue(backend.connections().isEmpty());
        }

        @Test
        void areDenied() throws IOException {
            isDenied(usher(List.of(), List.of(Cidr.parse("127.0.0.0/8"))));
        }

        @Test
        void areDeniedAlthoughAllowed() throws IOException {
            isDenied(usher(List.of(Cidr.parse("127.0.0.1")), List.of(Cidr.parse("127.0.0.0/8"))));
        }

        @Test
        void areDeniedIfOthersAreAllowed() throws IOException {
            isDenied(usher(List.of(Cidr.parse("10.0.0.0/8")), List.of()));
        }

        @Test
        void areAllowed() throws IOException {
            try (TestUsher usher = usher(List.of(Cidr.parse("127.0.0.0/8")), List.of(Cidr.parse("10.0.0.0/8")));
                    TestPeer client = usher.connect()) {
                client.send(hello()).halfClose();
                assertArrayEquals(Hellos.bytes(hello()), client.readToEnd());
                usher.ended(CloseReason.COMPLETED);
            }
        }
    }
}
