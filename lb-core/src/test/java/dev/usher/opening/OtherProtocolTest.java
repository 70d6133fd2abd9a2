package dev.usher.opening;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.usher.config.NotTls;
import dev.usher.config.NotTls.Protocol;
import dev.usher.end.CloseReason;
import dev.usher.testing.Seed;
import dev.usher.tls.HelloBuilder;
import dev.usher.tls.Hellos;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Goal: a client of another protocol goes to the protocol's pool as soon as the bytes are certain, and a hello, whole or
 * broken, never does. Method: openings cut at every byte, and changed at random.
 */
class OtherProtocolTest {
    private static final int MAX = 65_536;
    private static final NotTls ALL = new NotTls("git", "vpn", null, "rest");
    private static final NotTls EXACT = new NotTls("git", "vpn", null, null);

    private static byte[] bytes(String text) {
        return text.startsWith("0x")
                ? HexFormat.of().parseHex(text.substring(2))
                : HelloBuilder.latin1(text.replace("\\r\\n", "\r\n"));
    }

    /** Each byte in a segment of its own. */
    private static Step byteWise(byte[] bytes, NotTls pools) {
        TlsOpening opening = new TlsOpening(MAX, pools);
        Step step = opening.read(ByteBuffer.allocate(0));
        for (int come = 1; come <= bytes.length && step instanceof Step.NeedMore; come++) {
            step = opening.read(ByteBuffer.wrap(bytes, 0, come));
        }
        return step;
    }

    private static Step atOnce(byte[] bytes, NotTls pools) {
        return new TlsOpening(MAX, pools).read(ByteBuffer.wrap(bytes));
    }

    private static void assertGoes(Protocol protocol, byte[] bytes, NotTls pools) {
        Step expected = new Step.Whole(new Destination.Other(protocol), 0);
        assertEquals(expected, atOnce(bytes, pools));
        assertEquals(expected, byteWise(bytes, pools));
    }

    private static void assertRefused(CloseReason reason, byte[] bytes, NotTls pools) {
        assertEquals(
                reason,
                assertInstanceOf(Step.Refused.class, atOnce(bytes, pools)).reason());
        assertEquals(
                reason,
                assertInstanceOf(Step.Refused.class, byteWise(bytes, pools)).reason());
    }

    /** The number of bytes is the least that is certain: with a byte less, the opening waits. */
    @ParameterizedTest
    @CsvSource({
        "SSH, SSH-2.0-",
        "SSH, SSH-1.99-",
        "SSH, SSH-1.5-",
        "OPENVPN, 0x000e38", // the shortest: no key, no signature
        "OPENVPN, 0x00ff38",
        "OPENVPN, 0x015050", // with the client's key
        "OPENVPN, 0x04fe50",
    })
    void goesToItsPoolWithTheLastByteThatIsNeeded(Protocol protocol, String text) {
        byte[] needed = bytes(text);
        for (NotTls pools : new NotTls[] {ALL, EXACT}) {
            for (int come = 0; come < needed.length; come++) {
                assertEquals(Step.NEED_MORE, atOnce(Arrays.copyOf(needed, come), pools), come + " bytes");
            }
            assertGoes(protocol, needed, pools);
            assertGoes(protocol, HelloBuilder.concat(needed, bytes("OpenSSH_9.2p1 Debian\\r\\n")), pools);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SSH-2.1-",
                "SSH-3.0-x",
                "SSH-1.98-",
                "SSH 2.0-",
                "ssh-2.0-x", // no version that is known
                "0x000d38",
                "0x010038",
                "0x000e50",
                "0x014f50",
                "0x04ff50", // a length that is not the packet's
                "0x000e39",
                "0x000e40",
                "0x000e08",
                "0x001603", // another key or another packet
                "0x05",
                "0x13",
                "0x19",
                "RFB 003.008",
                "EHLO a",
                "0x80ff05",
                "0xffffff"
            })
    void goesToTheRestOrIsRefusedWhereAProtocolIsNearlyKnown(String text) {
        byte[] bytes = bytes(text);
        assertGoes(Protocol.OTHER, bytes, ALL);
        assertRefused(CloseReason.NOT_TLS, bytes, EXACT);
        assertRefused(CloseReason.NOT_TLS, bytes, NotTls.NONE);
    }

    @Test
    void takesTheFirstByteAloneWhereNoProtocolHasAPoolOfItsOwn() {
        NotTls rest = new NotTls(null, null, null, "rest");
        for (int first = 0; first < 0x80; first++) {
            Step step = atOnce(new byte[] {(byte) first}, rest);
            if (first == 22) {
                assertEquals(Step.NEED_MORE, step);
            } else if (first >= 20 && first <= 24) {
                assertEquals(CloseReason.NOT_TLS, ((Step.Refused) step).reason());
            } else {
                assertEquals(new Step.Whole(new Destination.Other(Protocol.OTHER), 0), step, "first byte " + first);
            }
        }
    }

    @Test
    void isKindToHttpUnlessTheRestHasAPool() {
        byte[] request = bytes("GET / HTTP/1.1\\r\\n");
        assertRefused(CloseReason.HTTP_ON_TLS, request, NotTls.NONE);
        assertRefused(CloseReason.HTTP_ON_TLS, request, EXACT);
        assertGoes(Protocol.OTHER, request, ALL);
    }

    @Test
    void neverServesARecordThatIsNoHello() {
        assertRefused(CloseReason.NOT_TLS, bytes("0x15030300020100"), ALL);
        assertRefused(CloseReason.NOT_TLS, bytes("0x1703030010"), ALL);
        assertRefused(CloseReason.NOT_TLS, bytes("0x16020000"), ALL);
        assertRefused(CloseReason.MALFORMED_HELLO, bytes("0x1603010000"), ALL);
        assertRefused(CloseReason.MALFORMED_HELLO, bytes("0x160301000538"), ALL);
        String sslv2 = "0x802e0103010015000000" + "10" + "000005".repeat(7) + "7f".repeat(16);
        assertInstanceOf(Destination.Host.class, ((Step.Whole) byteWise(bytes(sslv2), ALL)).destination());
        assertRefused(CloseReason.MALFORMED_HELLO, bytes(sslv2.replace("0015", "0016")), ALL);
    }

    /** No random change behind the first byte takes a hello to another pool than its name's. */
    @Test
    void keepsEachChangedHelloFromThePools() {
        byte[] hello = Hellos.bytes(new HelloBuilder().name("a.example").records());
        Random random = new Random(Seed.of(OtherProtocolTest.class));
        for (int round = 0; round < 5_000; round++) {
            byte[] changed = hello.clone();
            for (int changes = 1 + random.nextInt(8); changes > 0; changes--) {
                changed[1 + random.nextInt(changed.length - 1)] = (byte) random.nextInt();
            }
            if (byteWise(changed, ALL) instanceof Step.Whole(Destination destination, int consumed)) {
                assertInstanceOf(Destination.Host.class, destination);
                assertEquals(0, consumed);
            }
        }
    }

    /** One segment or many: the same result, and always a result once 16 bytes have come that begin no hello. */
    @Test
    void decidesRandomBytesAlikeForAnySplit() {
        Random random = new Random(Seed.of(OtherProtocolTest.class));
        byte[][] likely = Stream.of("SSH-2.0-", "SSH-1.99-", "0x000e38", "0x015050", "GET / HT", "0x802e0103")
                .map(OtherProtocolTest::bytes)
                .toArray(byte[][]::new);
        for (int round = 0; round < 20_000; round++) {
            byte[] bytes = new byte[16];
            random.nextBytes(bytes);
            byte[] start = likely[random.nextInt(likely.length)];
            System.arraycopy(start, 0, bytes, 0, random.nextInt(start.length + 1));
            Step step = byteWise(bytes, ALL);
            assertEquals(step, atOnce(bytes, ALL), () -> HexFormat.of().formatHex(bytes));
            if (bytes[0] != 22 && bytes[0] >= 0) {
                assertNotEquals(Step.NEED_MORE, step, () -> HexFormat.of().formatHex(bytes));
            }
        }
    }
}
