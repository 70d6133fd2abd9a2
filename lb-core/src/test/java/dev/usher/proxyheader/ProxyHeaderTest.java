package dev.usher.proxyheader;

import static dev.usher.proxyheader.Headers.SIGNATURE;
import static dev.usher.proxyheader.Headers.at;
import static dev.usher.proxyheader.Headers.hex;
import static dev.usher.proxyheader.Headers.latin1;
import static dev.usher.proxyheader.Headers.mappedAt;
import static dev.usher.proxyheader.Headers.whole;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.function.ToIntFunction;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class ProxyHeaderTest {
    private static final InetSocketAddress CLIENT4 = at("192.168.0.1", 56324);
    private static final InetSocketAddress OURS4 = at("192.168.0.11", 443);
    private static final InetSocketAddress CLIENT6 = at("2001:db8::1", 65535);
    private static final InetSocketAddress OURS6 = at("2001:db8:0:ffff::2", 0);

    /** What is written, which must neither depend on the buffer nor touch the bytes around. */
    private static byte[] written(ToIntFunction<ByteBuffer> write) {
        byte[] first = written(ByteBuffer.allocate(1_000), write);
        assertArrayEquals(first, written(ByteBuffer.allocateDirect(1_000).order(ByteOrder.LITTLE_ENDIAN), write));
        assertArrayEquals(first, written(ByteBuffer.allocate(1_100).slice(50, 900), write));
        assertRefusesLessRoom(first.length, write);
        return first;
    }

    private static byte[] written(ByteBuffer into, ToIntFunction<ByteBuffer> write) {
        into.position(9);
        int length = write.applyAsInt(into);
        assertEquals(9 + length, into.position());
        assertEquals(into.capacity(), into.limit());
        byte[] around = new byte[into.capacity() - length];
        into.get(0, around, 0, 9).get(9 + length, around, 9, around.length - 9);
        assertArrayEquals(new byte[around.length], around);
        byte[] bytes = new byte[length];
        into.get(9, bytes);
        return bytes;
    }

    private static void assertRefusesLessRoom(int length, ToIntFunction<ByteBuffer> write) {
        ByteBuffer exact = ByteBuffer.allocate(length);
        assertEquals(length, write.applyAsInt(exact));
        for (int room = 0; room < length; room++) {
            ByteBuffer small = ByteBuffer.allocate(length).limit(room);
            assertThrows(BufferOverflowException.class, () -> write.applyAsInt(small));
            assertEquals(ByteBuffer.allocate(room), small.rewind(), "nothing is written");
        }
    }

    private static String v1(InetSocketAddress source, InetSocketAddress destination) {
        return new String(written(into -> ProxyHeader.writeV1(into, source, destination)), StandardCharsets.US_ASCII);
    }

    private static byte[] v2(InetSocketAddress source, InetSocketAddress destination, ProxyTlvs tlvs) {
        return written(into -> ProxyHeader.writeV2(into, source, destination, tlvs));
    }

    @Nested
    class Version1 {
        @Test
        void writesTheExampleOfTheSpecification() {
            assertEquals("PROXY TCP4 192.168.0.1 192.168.0.11 56324 443\r\n", v1(CLIENT4, OURS4));
        }

        @Test
        void writesIpv6InItsShortForm() {
            assertEquals("PROXY TCP6 2001:db8::1 2001:db8:0:ffff::2 65535 0\r\n", v1(CLIENT6, OURS6));
        }

        /** An interface on this host means nothing to the backend, and no receiver takes a zone. */
        @Test
        void writesNoZone() throws UnknownHostException {
            byte[] linkLocal = InetAddress.ofLiteral("fe80::1").getAddress();
            InetSocketAddress zoned = new InetSocketAddress(Inet6Address.getByAddress(null, linkLocal, 3), 1);
            assertEquals("PROXY TCP6 fe80::1 2001:db8::1 1 65535\r\n", v1(zoned, CLIENT6));
        }

        @Test
        void writesMixedFamiliesAsIpv6() {
            assertEquals("PROXY TCP6 ::ffff:192.168.0.1 2001:db8:0:ffff::2 56324 0\r\n", v1(CLIENT4, OURS6));
            assertEquals("PROXY TCP6 2001:db8::1 ::ffff:192.168.0.11 65535 443\r\n", v1(CLIENT6, OURS4));
            assertEquals("PROXY TCP6 ::ffff:192.0.2.1 2001:db8::1 7 65535\r\n", v1(mappedAt("192.0.2.1", 7), CLIENT6));
        }

        @Test
        void writesMappedAddressesAsIpv4() {
            String line = "PROXY TCP4 192.0.2.1 192.0.2.2 7 8\r\n";
            assertEquals(line, v1(mappedAt("192.0.2.1", 7), mappedAt("192.0.2.2", 8)));
            assertEquals(line, v1(mappedAt("192.0.2.1", 7), at("192.0.2.2", 8)));
            assertEquals(line, v1(at("192.0.2.1", 7), mappedAt("192.0.2.2", 8)));
        }

        @Test
        void writesWithinTheMostBytes() {
            InetSocketAddress longest = at("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 65535);
            assertEquals(104, v1(longest, longest).length());
            assertEquals(107, ProxyHeader.MAX_V1_BYTES);
        }

        @Test
        void writesUnknown() {
            byte[] unknown = written(ProxyHeader::writeV1Unknown);
            assertArrayEquals(latin1("PROXY UNKNOWN\r\n"), unknown);
            assertEquals(new ProxyHeaderResult.Header(15, null, null), whole(unknown));
        }
    }

    @Nested
    class Version2 {
        @Test
        void writesIpv4() {
            assertArrayEquals(
                    hex(
                            SIGNATURE,
                            "21", // version 2, PROXY
                            "11", // IPv4, stream
                            "000C",
                            "C0A80001 C0A8000B DC04 01BB"),
                    v2(CLIENT4, OURS4, ProxyTlvs.NONE));
        }

        @Test
        void writesIpv6() {
            assertArrayEquals(
                    hex(
                            SIGNATURE,
                            "21", // version 2, PROXY
                            "21", // IPv6, stream
                            "0024",
                            "20010DB8 00000000 00000000 00000001",
                            "20010DB8 0000FFFF 00000000 00000002",
                            "FFFF 0000"),
                    v2(CLIENT6, OURS6, ProxyTlvs.NONE));
        }

        @Test
        void writesMixedFamiliesAsIpv6() {
            byte[] expected = hex(
                    SIGNATURE,
                    "21 21 0024",
                    "00000000 00000000 0000FFFF C0A80001",
                    "20010DB8 0000FFFF 00000000 00000002",
                    "DC04 0000");
            assertArrayEquals(expected, v2(CLIENT4, OURS6, ProxyTlvs.NONE));
            assertArrayEquals(expected, v2(mappedAt("192.168.0.1", 56324), OURS6, ProxyTlvs.NONE));
        }

        @Test
        void writesMappedAddressesAsIpv4() {
            byte[] expected = v2(CLIENT4, OURS4, ProxyTlvs.NONE);
            InetSocketAddress client = mappedAt("192.168.0.1", 56324);
            assertArrayEquals(expected, v2(client, mappedAt("192.168.0.11", 443), ProxyTlvs.NONE));
            assertArrayEquals(expected, v2(client, OURS4, ProxyTlvs.NONE));
        }

        @Test
        void writesLocal() {
            byte[] local = written(ProxyHeader::writeV2Local);
            assertArrayEquals(hex(SIGNATURE, "20 00 0000"), local);
            assertEquals(new ProxyHeaderResult.Header(16, null, null), whole(local));
        }

        @Test
        void writesLocalForAClientOfAUnixSocket() {
            UnixDomainSocketAddress socket = UnixDomainSocketAddress.of("/run/usher.sock");
            for (int end = 0; end < 2; end++) {
                boolean fromSocket = end == 0;
                byte[] local = written(into -> ProxyHeader.writeV2(
                        into, fromSocket ? socket : CLIENT4, fromSocket ? OURS4 : socket, ProxyTlvs.NONE));
                assertArrayEquals(hex(SIGNATURE, "20 00 0000"), local);
            }
        }

        /** The last four bytes are what HAProxy 2.6 sends for the same header. */
        @Test
        void writesTheChecksumThatHaproxyWrites() {
            assertArrayEquals(
                    hex(SIGNATURE, "21 11 0013", "7F000001 7F000001 AF4C 714B", "03 0004 CB3C9132"),
                    v2(at("127.0.0.1", 44876), at("127.0.0.1", 29003), new ProxyTlvs(null, null, null, true)));
        }

        @Test
        void writesWhatTheHelloTells() {
            byte[] header = v2(CLIENT4, OURS4, ProxyTlvs.ofHello("Shop.Example.", List.of("h2"), "7-\\x00\\\\"));
            byte[] expected = hex(
                    SIGNATURE,
                    "21 11 002F",
                    "C0A80001 C0A8000B DC04 01BB",
                    "01 0002 6832", // ALPN "h2"
                    "02 000D 53686F702E4578616D706C652E", // AUTHORITY "Shop.Example."
                    "05 0004 372D005C", // UNIQUE_ID
                    "03 0004 00000000"); // CRC32C
            assertArrayEquals(Headers.checksummed(expected, expected.length - 4), header);
        }

        @Test
        void writesWithinTheMostBytes() {
            ProxyTlvs longest = new ProxyTlvs("a".repeat(254), "\\xff".repeat(255), "b".repeat(128), true);
            byte[] header = v2(CLIENT6, OURS6, longest);
            assertEquals(ProxyHeader.MAX_V2_BYTES, header.length);
            assertEquals(new ProxyHeaderResult.Header(header.length, CLIENT6, OURS6), whole(header));
        }
    }

    @Nested
    class Tlvs {
        /** What is in use is known only of one offer. */
        @Test
        void tellTheProtocolThatIsOfferedAlone() {
            assertEquals(new ProxyTlvs("a", "h2", "u", true), ProxyTlvs.ofHello("a", List.of("h2"), "u"));
            assertEquals(new ProxyTlvs(null, "\\x0a", null, true), ProxyTlvs.ofHello(null, List.of("\\x0a"), null));
            assertNull(ProxyTlvs.ofHello("a", List.of("h2", "http/1.1"), "u").alpn());
            assertNull(ProxyTlvs.ofHello("a", List.of(), "u").alpn());
            assertNull(ProxyTlvs.ofHello("a", List.of(""), "u").alpn());
        }

        @Test
        void areWithinTheirBounds() {
            assertThrows(IllegalArgumentException.class, () -> new ProxyTlvs("a".repeat(255), null, null, true));
            assertThrows(IllegalArgumentException.class, () -> new ProxyTlvs(null, "a".repeat(256), null, true));
            assertThrows(IllegalArgumentException.class, () -> new ProxyTlvs(null, null, "a".repeat(129), true));
            assertThrows(IllegalArgumentException.class, () -> new ProxyTlvs(null, null, "", true));
            assertThrows(IllegalArgumentException.class, () -> new ProxyTlvs("", null, null, true));
            assertThrows(IllegalArgumentException.class, () -> new ProxyTlvs("a\\x", null, null, true));
        }
    }

    @Test
    void wantsResolvedAddresses() {
        InetSocketAddress name = InetSocketAddress.createUnresolved("shop.example", 443);
        ByteBuffer into = ByteBuffer.allocate(1_000);
        assertThrows(IllegalArgumentException.class, () -> ProxyHeader.writeV1(into, name, OURS4));
        assertThrows(IllegalArgumentException.class, () -> ProxyHeader.writeV1(into, CLIENT4, name));
        assertThrows(IllegalArgumentException.class, () -> ProxyHeader.writeV2(into, name, OURS4, ProxyTlvs.NONE));
        assertThrows(IllegalArgumentException.class, () -> ProxyHeader.writeV2(into, CLIENT4, name, ProxyTlvs.NONE));
        assertEquals(0, into.position());
    }

    /** Any two addresses, any TLVs, either version: what is written is read back, one byte at a time. */
    @Test
    void writesWhatIsRead() throws UnknownHostException {
        long seed = Headers.seed("writesWhatIsRead");
        Random random = new Random(seed);
        for (int round = 0; round < 5_000; round++) {
            InetSocketAddress source = randomAddress(random);
            InetSocketAddress destination = randomAddress(random);
            ProxyTlvs tlvs = new ProxyTlvs(
                    randomText(random, 254), randomText(random, 255), randomText(random, 128), random.nextBoolean());
            ByteBuffer into = ByteBuffer.allocate(ProxyHeader.MAX_V2_BYTES);
            int length = random.nextBoolean()
                    ? ProxyHeader.writeV1(into, source, destination)
                    : ProxyHeader.writeV2(into, source, destination, tlvs);
            byte[] header = Arrays.copyOf(into.array(), length);
            String message = "seed " + seed + ", round " + round;
            assertEquals(new ProxyHeaderResult.Header(length, source, destination), Headers.byteWise(header), message);
        }
    }

    /** With runs of zeros, where the short forms of IPv6 differ, and mapped ones, which are IPv4 to Java. */
    private static InetSocketAddress randomAddress(Random random) throws UnknownHostException {
        byte[] bytes = new byte[random.nextBoolean() ? 4 : 16];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (random.nextInt(3) == 0 ? random.nextInt(256) : random.nextInt(2));
        }
        if (bytes.length == 16 && random.nextInt(4) == 0) {
            Arrays.fill(bytes, 0, 10, (byte) 0);
            Arrays.fill(bytes, 10, 12, (byte) 0xFF);
        }
        return new InetSocketAddress(InetAddress.getByAddress(bytes), random.nextInt(65_536));
    }

    private static String randomText(Random random, int maxBytes) {
        byte[] bytes = new byte[1 + random.nextInt(maxBytes)];
        random.nextBytes(bytes);
        StringBuilder text = new StringBuilder();
        for (byte b : bytes) {
            text.append("\\x").append(HexFormat.of().toHexDigits(b));
        }
        return text.toString();
    }
}
