package dev.usher.proxyheader;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;

/** Headers by hand, ways to hand them to a collector, and what must hold for every one of them. */
final class Headers {
    /** The first 12 bytes of every header of version 2. */
    static final String SIGNATURE = "0D0A0D0A 000D0A51 5549540A";

    private Headers() {}

    /** A seed for one test, printed; {@code -Dusher.seed} repeats a run. */
    static long seed(String test) {
        long seed = Long.getLong("usher.seed", System.nanoTime());
        System.out.println(test + ": usher.seed=" + seed);
        return seed;
    }

    /** Hex digits, blanks between them as you like. */
    static byte[] hex(String... parts) {
        return HexFormat.of().parseHex(String.join("", parts).replace(" ", ""));
    }

    static byte[] latin1(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    static byte[] concat(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    /** A header of version 2 whose length is that of {@code block}. */
    static byte[] v2(int versionAndCommand, int familyAndTransport, byte[] block) {
        byte[] fixed = {
            (byte) versionAndCommand, (byte) familyAndTransport, (byte) (block.length >> 8), (byte) block.length
        };
        return concat(hex(SIGNATURE), fixed, block);
    }

    static byte[] tlv(int type, byte[] value) {
        return concat(new byte[] {(byte) type, (byte) (value.length >> 8), (byte) value.length}, value);
    }

    /** Sets the checksum whose four bytes begin at {@code at}. */
    static byte[] checksummed(byte[] header, int at) {
        byte[] zeroed = header.clone();
        Arrays.fill(zeroed, at, at + 4, (byte) 0);
        ByteBuffer.wrap(zeroed).putInt(at, crc32c(zeroed));
        return zeroed;
    }

    /** RFC 4960 appendix B by its definition, one bit at a time: nothing shared with what is tested. */
    static int crc32c(byte[] bytes) {
        int crc = -1;
        for (byte b : bytes) {
            crc ^= b & 0xFF;
            for (int bit = 0; bit < 8; bit++) {
                crc = (crc & 1) != 0 ? crc >>> 1 ^ 0x82F63B78 : crc >>> 1;
            }
        }
        return ~crc;
    }

    /** An IP literal and a port; no resolver is asked. */
    static InetSocketAddress at(String literal, int port) {
        return new InetSocketAddress(InetAddress.ofLiteral(literal), port);
    }

    /** The same address as IPv6, which {@link InetAddress} itself makes IPv4 again. */
    static InetSocketAddress mappedAt(String ipv4, int port) {
        byte[] bytes = new byte[16];
        bytes[10] = -1;
        bytes[11] = -1;
        System.arraycopy(InetAddress.ofLiteral(ipv4).getAddress(), 0, bytes, 12, 4);
        try {
            return new InetSocketAddress(Inet6Address.getByAddress(null, bytes, -1), port);
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    static ProxyHeaderResult whole(byte[] raw) {
        return whole(ProxyVersions.ANY, raw);
    }

    static ProxyHeaderResult whole(ProxyVersions accepted, byte[] raw) {
        return new ProxyHeaderCollector(accepted).collect(ByteBuffer.wrap(raw));
    }

    /** What any collector, fed in any way, makes of a header that is followed by nothing. */
    static void assertReads(String source, int sourcePort, String destination, int destinationPort, byte[] raw) {
        var expected =
                new ProxyHeaderResult.Header(raw.length, at(source, sourcePort), at(destination, destinationPort));
        assertEquals(expected, byteWise(raw));
    }

    static void assertReadsWithoutAddresses(byte[] raw) {
        assertEquals(new ProxyHeaderResult.Header(raw.length, null, null), byteWise(raw));
    }

    /** Refused, and not before the last of the bytes has come. */
    static void assertRefusedByItsLastByte(byte[] raw) {
        assertEquals(ProxyHeaderResult.NEED_MORE, whole(Arrays.copyOf(raw, raw.length - 1)), shown(raw));
        assertRefused(raw);
    }

    static void assertRefusedByItsLastByte(String line) {
        assertRefusedByItsLastByte(latin1(line));
    }

    static void assertRefused(byte[] raw) {
        var refused = assertInstanceOf(ProxyHeaderResult.Refused.class, byteWise(raw), shown(raw));
        assertTellsALog(refused);
    }

    static void assertTellsALog(ProxyHeaderResult.Refused refused) {
        String detail = refused.detail();
        assertTrue(detail.chars().allMatch(c -> c >= ' ' && c <= '~'), detail);
        assertTrue(!detail.isEmpty() && detail.length() <= 200, detail);
    }

    private static String shown(byte[] raw) {
        return new String(raw, StandardCharsets.ISO_8859_1) + " = "
                + HexFormat.of().formatHex(raw);
    }

    /**
     * What one collector makes of the bytes one at a time. On the way: a fresh collector makes the same of each prefix,
     * and what is decided once never changes.
     */
    static ProxyHeaderResult byteWise(byte[] raw) {
        ProxyHeaderCollector collector = new ProxyHeaderCollector(ProxyVersions.ANY);
        ProxyHeaderResult result = ProxyHeaderResult.NEED_MORE;
        for (int length = 0; length <= raw.length; length++) {
            ProxyHeaderResult next = collector.collect(ByteBuffer.wrap(raw, 0, length));
            String prefix = "prefix of " + length + " bytes";
            assertEquals(whole(Arrays.copyOf(raw, length)), next, prefix);
            if (!result.equals(ProxyHeaderResult.NEED_MORE)) {
                assertEquals(result, next, prefix);
            }
            result = next;
        }
        return result;
    }
}
