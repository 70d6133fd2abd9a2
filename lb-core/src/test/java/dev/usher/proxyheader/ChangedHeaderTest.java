package dev.usher.proxyheader;

import static dev.usher.proxyheader.Headers.SIGNATURE;
import static dev.usher.proxyheader.Headers.at;
import static dev.usher.proxyheader.Headers.byteWise;
import static dev.usher.proxyheader.Headers.checksummed;
import static dev.usher.proxyheader.Headers.concat;
import static dev.usher.proxyheader.Headers.hex;
import static dev.usher.proxyheader.Headers.latin1;
import static dev.usher.proxyheader.Headers.tlv;
import static dev.usher.proxyheader.Headers.v2;
import static dev.usher.proxyheader.Headers.whole;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.testing.Rounds;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Goal: no damage to a header makes the reader throw, read past the header, or (where there is a checksum) believe
 * another address. Method: cut it at every place, set every byte to every value, then several at random.
 */
class ChangedHeaderTest {
    /** Addresses of one length and text fill the rest. */
    private static final int DENSE = 64;

    private static final byte[] CHECKSUMMED = checksummed(
            v2(
                    0x21,
                    0x11,
                    concat(
                            hex("C0A80001 C0A8000B DC04 01BB"),
                            tlv(0x02, latin1("shop.example")),
                            tlv(0x05, latin1("1-2-3")),
                            tlv(0x03, new byte[4]))),
            16 + 12 + 15 + 8 + 3);

    static List<byte[]> headers() {
        return List.of(
                CHECKSUMMED,
                latin1("PROXY TCP4 192.168.0.1 192.168.0.11 56324 443\r\n"),
                latin1("PROXY TCP6 2001:db8::1 ::ffff:192.0.2.1 56324 443\r\n"),
                latin1("PROXY UNKNOWN TCP4\r\n"),
                v2(0x21, 0x21, concat(new byte[36], tlv(0x04, new byte[5]))),
                v2(0x21, 0x31, new byte[216]),
                v2(0x20, 0x00, new byte[0]),
                hex(SIGNATURE, "21 00 0002 ABCD"));
    }

    @ParameterizedTest
    @MethodSource("headers")
    void waitsForTheRestOfACutHeader(byte[] header) {
        for (int length = 0; length < header.length; length++) {
            assertEquals(ProxyHeaderResult.NEED_MORE, whole(Arrays.copyOf(header, length)), "cut to " + length);
        }
        assertInstanceOf(ProxyHeaderResult.Header.class, whole(header));
    }

    @ParameterizedTest
    @MethodSource("headers")
    void decidesWhateverAByteIsChangedTo(byte[] header) {
        for (int at = 0; at < header.length; at += at < DENSE ? 1 : Rounds.step(1)) {
            byte[] changed = header.clone();
            for (int value = 0; value < 256; value++) {
                changed[at] = (byte) value;
                assertSound(byteWise(changed), changed.length, "byte " + at + " is " + value);
            }
        }
    }

    /** A changed byte may make it LOCAL, or take the checksum off; it never makes it another client's. */
    @Test
    void neverBelievesAnotherAddressThanTheChecksumHas() {
        for (int at = 0; at < CHECKSUMMED.length; at++) {
            byte[] changed = CHECKSUMMED.clone();
            for (int value = 0; value < 256; value++) {
                changed[at] = (byte) value;
                if (whole(changed) instanceof ProxyHeaderResult.Header header && header.source() != null) {
                    String change = "byte " + at + " is " + value;
                    assertEquals(at("192.168.0.1", 56324), header.source(), change);
                    assertEquals(at("192.168.0.11", 443), header.destination(), change);
                }
            }
        }
    }

    @Test
    void decidesWhateverBytesAreChanged() {
        long seed = Headers.seed("decidesWhateverBytesAreChanged");
        Random random = new Random(seed);
        List<byte[]> headers = headers();
        for (int round = 0; round < 50_000; round++) {
            byte[] changed = headers.get(random.nextInt(headers.size())).clone();
            for (int changes = 1 + random.nextInt(4); changes > 0; changes--) {
                changed[random.nextInt(changed.length)] = (byte) random.nextInt(256);
            }
            assertSound(whole(changed), changed.length, "seed " + seed + ", round " + round);
        }
    }

    /** Behind a right beginning, anything: the deep parts of the readers see what no sender sends. */
    @Test
    void decidesWhateverFollowsARightBeginning() {
        long seed = Headers.seed("decidesWhateverFollowsARightBeginning");
        Random random = new Random(seed);
        String letters = "0123456789abcdefABCDEF:. \r\n";
        for (int round = 0; round < 20_000; round++) {
            byte[] block = new byte[random.nextInt(80)];
            random.nextBytes(block);
            for (int i = 0; i < block.length; i++) {
                block[i] = random.nextInt(3) == 0 ? block[i] : (byte) random.nextInt(6); // short lengths, known types
            }
            int family = random.nextInt(4) << 4 | random.nextInt(3);
            byte[] version2 = v2(0x20 | random.nextInt(2), family, block);
            assertSound(byteWise(version2), version2.length, "seed " + seed + ", round " + round);

            StringBuilder line = new StringBuilder("PROXY TCP").append(random.nextBoolean() ? "4 " : "6 ");
            for (int length = random.nextInt(110); length > 0; length--) {
                line.append(letters.charAt(random.nextInt(letters.length())));
            }
            byte[] version1 = latin1(line + "\r\n");
            assertSound(byteWise(version1), version1.length, "seed " + seed + ", round " + round);
        }
    }

    private static void assertSound(ProxyHeaderResult result, int come, String what) {
        switch (result) {
            case ProxyHeaderResult.NeedMore() -> {}
            case ProxyHeaderResult.Header header -> assertTrue(header.length() <= come, what);
            case ProxyHeaderResult.Refused refused -> Headers.assertTellsALog(refused);
        }
    }
}
