package dev.usher.tls;

import static dev.usher.tls.Deliveries.MAX_MESSAGE_BYTES;
import static dev.usher.tls.Deliveries.assertRefused;
import static dev.usher.tls.Deliveries.byteWise;
import static dev.usher.tls.Deliveries.hello;
import static dev.usher.tls.Deliveries.whole;
import static dev.usher.tls.HelloBuilder.bytes;
import static dev.usher.tls.HelloBuilder.concat;
import static dev.usher.tls.HelloBuilder.latin1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.usher.name.ServerName;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HelloCollectorTest {
    private static final byte[] MESSAGE = new HelloBuilder()
            .grease()
            .name("shop.example")
            .alpn("h2", "http/1.1")
            .message();
    private static final HelloResult EXPECTED = whole(Hellos.records(MESSAGE, Hellos.MAX_FRAGMENT_BYTES));

    @Test
    void readsTheHelloThatTheOtherTestsCut() {
        ClientHello hello = assertInstanceOf(HelloResult.Hello.class, EXPECTED).hello();
        assertEquals(ServerName.of("shop.example"), hello.serverName());
    }

    @Nested
    class Split {
        @Test
        void readsOneByteAtATime() {
            assertEquals(EXPECTED, byteWise(Hellos.bytes(Hellos.records(MESSAGE, Hellos.MAX_FRAGMENT_BYTES))));
        }

        @Test
        void readsTwoRecordsCutAnywhere() {
            for (int cut = 1; cut < MESSAGE.length; cut++) {
                assertEquals(EXPECTED, whole(Hellos.recordsCutAt(MESSAGE, cut)), "cut at " + cut);
            }
        }

        @Test
        void readsThreeRecordsCutAnywhere() {
            for (int first = 1; first < MESSAGE.length - 1; first++) {
                for (int second = first + 1; second < MESSAGE.length; second++) {
                    HelloResult result = whole(Hellos.recordsCutAt(MESSAGE, first, second));
                    assertEquals(EXPECTED, result, "cut at " + first + " and " + second);
                }
            }
        }

        @ParameterizedTest
        @ValueSource(ints = {1, 2, 3, 4, 5, 7, 50})
        void readsRecordsOfAnySizeOneByteAtATime(int fragmentBytes) {
            assertEquals(EXPECTED, byteWise(Hellos.bytes(Hellos.records(MESSAGE, fragmentBytes))));
        }

        /** Random records in random segments: the collector that gets parts agrees with the one that gets it all. */
        @Test
        void readsRandomRecordsInRandomSegments() {
            long seed = Deliveries.seed("readsRandomRecordsInRandomSegments");
            Random random = new Random(seed);
            for (int round = 0; round < 2_000; round++) {
                int[] cuts = random.ints(random.nextInt(9), 1, MESSAGE.length)
                        .distinct()
                        .sorted()
                        .toArray();
                byte[] raw = Hellos.bytes(Hellos.recordsCutAt(MESSAGE, cuts));
                HelloCollector collector = new HelloCollector(MAX_MESSAGE_BYTES);
                for (int length = 0; length < raw.length; length += 1 + random.nextInt(60)) {
                    assertEquals(HelloResult.NEED_MORE, collector.collect(ByteBuffer.wrap(raw, 0, length)));
                }
                assertEquals(EXPECTED, collector.collect(ByteBuffer.wrap(raw)), "seed " + seed + ", round " + round);
            }
        }

        @Test
        void readsAnyBufferAndLeavesItAsItIs() {
            byte[] raw = Hellos.bytes(Hellos.records(MESSAGE, 20));
            ByteBuffer direct = ByteBuffer.allocateDirect(raw.length + 8);
            direct.put(3, raw).position(3).limit(3 + raw.length);
            HelloCollector collector = new HelloCollector(MAX_MESSAGE_BYTES);
            assertEquals(HelloResult.NEED_MORE, collector.collect(ByteBuffer.wrap(raw, 0, 30)));
            assertEquals(EXPECTED, collector.collect(direct.asReadOnlyBuffer()));
            assertEquals(EXPECTED, whole(direct));
            assertEquals(3, direct.position());
            assertEquals(3 + raw.length, direct.limit());
        }
    }

    @Nested
    class BehindTheHello {
        @Test
        void ignoresFurtherRecords() {
            byte[] hello = Hellos.bytes(Hellos.records(MESSAGE, 60));
            for (byte[] more : new byte[][] {
                Hellos.record(20, bytes(1)),
                Hellos.record(23, new byte[400]),
                bytes(22, 3),
                latin1("GET / HTTP/1.1\r\n")
            }) {
                assertEquals(EXPECTED, byteWise(concat(hello, more)));
            }
        }

        /** Also a second hello with another name: only the first one routes. */
        @Test
        void ignoresFurtherMessagesInTheSameRecord() {
            byte[] messages =
                    concat(MESSAGE, new HelloBuilder().name("other.example").message());
            assertEquals(EXPECTED, whole(Hellos.records(messages, Hellos.MAX_FRAGMENT_BYTES)));
            for (int cut = 1; cut < messages.length; cut++) {
                assertEquals(EXPECTED, whole(Hellos.recordsCutAt(messages, cut)), "cut at " + cut);
            }
        }
    }

    @Nested
    class Size {
        @ParameterizedTest
        @ValueSource(ints = {2_048, 17_000, 60_000, MAX_MESSAGE_BYTES})
        void readsLargeHellosInAnyRecords(int messageBytes) {
            byte[] message = new HelloBuilder()
                    .paddedTo(messageBytes)
                    .name("shop.example")
                    .message();
            assertEquals(messageBytes, message.length);
            for (int fragmentBytes : new int[] {1, 500, Hellos.MAX_FRAGMENT_BYTES}) {
                ClientHello hello = hello(Hellos.records(message, fragmentBytes));
                assertEquals(ServerName.of("shop.example"), hello.serverName());
            }
        }

        @Test
        void refusesOneByteMoreThanTheLimitByItsHeader() {
            HelloCollector collector = new HelloCollector(1_000);
            var refused = assertInstanceOf(
                    HelloResult.Refused.class,
                    collector.collect(ByteBuffer.wrap(bytes(22, 3, 1, 3, 233, 1, 0, 3, 229))));
            assertEquals(HelloRefusal.TOO_LARGE, refused.reason());
            assertEquals("announces 1001 bytes, limit 1000", refused.detail());
        }

        @Test
        void waitsForAsMuchAsTheLimit() {
            HelloCollector collector = new HelloCollector(1_000);
            HelloResult result = collector.collect(ByteBuffer.wrap(bytes(22, 3, 1, 3, 232, 1, 0, 3, 228)));
            assertEquals(HelloResult.NEED_MORE, result);
        }

        @Test
        void refusesTheLargestAnnouncement() {
            assertRefused(HelloRefusal.TOO_LARGE, bytes(22, 3, 1, 0, 4, 1, 255, 255, 255));
        }

        /** The worst case for work: each byte in its own record and its own call. Quadratic work would take minutes. */
        @Test
        void readsByteRecordsOneByteAtATimeInLinearTime() {
            byte[] raw = Hellos.bytes(new HelloBuilder()
                    .name("shop.example")
                    .paddedTo(MAX_MESSAGE_BYTES)
                    .records(1));
            assertTimeoutPreemptively(Duration.ofSeconds(10), () -> {
                HelloCollector collector = new HelloCollector(MAX_MESSAGE_BYTES);
                for (int length = 1; length < raw.length; length++) {
                    assertEquals(HelloResult.NEED_MORE, collector.collect(ByteBuffer.wrap(raw, 0, length)));
                }
                assertInstanceOf(HelloResult.Hello.class, collector.collect(ByteBuffer.wrap(raw)));
            });
        }

        @Test
        void decidesWithinTheMostRawBytes() {
            byte[] raw = Hellos.bytes(Hellos.records(MESSAGE, 1));
            assertEquals(raw.length, HelloCollector.maxRawBytes(MESSAGE.length));
            HelloCollector collector = new HelloCollector(MESSAGE.length);
            assertEquals(HelloResult.NEED_MORE, collector.collect(ByteBuffer.wrap(raw, 0, raw.length - 1)));
            assertEquals(EXPECTED, collector.collect(ByteBuffer.wrap(raw)));
        }

        @ParameterizedTest
        @ValueSource(ints = {Integer.MIN_VALUE, 3, 1 << 24 | 4, Integer.MAX_VALUE})
        void wantsALimitThatAMessageCanHave(int maxMessageBytes) {
            assertThrows(IllegalArgumentException.class, () -> new HelloCollector(maxMessageBytes));
            assertThrows(IllegalArgumentException.class, () -> HelloCollector.maxRawBytes(maxMessageBytes));
        }

        @ParameterizedTest
        @ValueSource(ints = {4, 1 << 24 | 3})
        void takesTheLeastAndTheMost(int maxMessageBytes) {
            assertEquals(6 * maxMessageBytes, HelloCollector.maxRawBytes(maxMessageBytes));
        }
    }

    @Nested
    class Records {
        /** RFC 8446 section 5.1: the version is to be ignored. The first byte tells TLS from DTLS and chance. */
        @Test
        void takesAnyMinorVersion() {
            byte[] raw = Hellos.bytes(Hellos.records(MESSAGE, 60));
            for (int minor = 0; minor < 256; minor++) {
                raw[2] = (byte) minor;
                assertEquals(EXPECTED, whole(raw), "version 3." + minor);
            }
        }

        @Test
        void refusesAnEmptyRecordAtOnce() {
            assertRefused(HelloRefusal.MALFORMED, bytes(22, 3, 1, 0, 0));
            byte[] begun = Hellos.record(22, Arrays.copyOf(MESSAGE, 50));
            assertRefused(HelloRefusal.MALFORMED, concat(begun, bytes(22, 3, 1, 0, 0)));
        }

        @Test
        void refusesAnOverlongRecordByItsHeader() {
            assertEquals(HelloResult.NEED_MORE, whole(bytes(22, 3, 1, 0x40, 0)));
            assertRefused(HelloRefusal.MALFORMED, bytes(22, 3, 1, 0x40, 1));
            assertRefused(HelloRefusal.MALFORMED, bytes(22, 3, 1, 0xFF, 0xFF));
        }

        @Test
        void refusesEveryOtherRecordTypeInsideTheHello() {
            byte[] begun = Hellos.record(22, Arrays.copyOf(MESSAGE, 50));
            for (int type = 0; type < 256; type++) {
                if (type != 22) {
                    assertRefused(HelloRefusal.MALFORMED, concat(begun, bytes(type)));
                }
            }
        }

        @Test
        void refusesAnotherMajorVersionInsideTheHello() {
            byte[] begun = Hellos.record(22, Arrays.copyOf(MESSAGE, 50));
            assertRefused(HelloRefusal.MALFORMED, concat(begun, bytes(22, 2)));
        }

        @Test
        void refusesEveryOtherHandshakeTypeByItsFirstByte() {
            for (int type = 0; type < 256; type++) {
                if (type != 1) {
                    assertRefused(HelloRefusal.MALFORMED, bytes(22, 3, 3, 0, 1, type));
                }
            }
        }

        @Test
        void refusesAMessageWithoutABody() {
            assertRefused(HelloRefusal.MALFORMED, bytes(22, 3, 3, 0, 4, 1, 0, 0, 0));
        }
    }

    @Nested
    class NotTls {
        @Test
        void isToldByTheFirstByte() {
            for (int first = 0; first < 0x80; first++) {
                if (first != 22) {
                    assertRefused(HelloRefusal.NOT_TLS, bytes(first));
                }
            }
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "GET / HTTP/1.1\r\n",
                    "SSH-2.0-OpenSSH_9.9\r\n",
                    "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
                    "PROXY TCP4 192.0.2.1 192.0.2.2 1 443\r\n",
                    "\r\n\r\n\0\r\nQUIT\n",
                    "\0\0\0\b\u0004\u00d2\u0016/",
                    "\u0015\u0003\u0001\0\u0002\u0002("
                })
        void isRefusedWhateverItIs(String first) {
            HelloResult result = byteWise(latin1(first));
            assertEquals(
                    HelloRefusal.NOT_TLS,
                    assertInstanceOf(HelloResult.Refused.class, result).reason());
        }

        @Test
        void isDtls() {
            assertRefused(HelloRefusal.NOT_TLS, bytes(22, 0xFE, 0xFD));
        }

        @Test
        void isNotToldByNothing() {
            assertEquals(HelloResult.NEED_MORE, whole(bytes()));
            assertNotEquals(HelloResult.NEED_MORE, whole(bytes(0)));
        }
    }
}
