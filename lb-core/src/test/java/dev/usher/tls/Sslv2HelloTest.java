package dev.usher.tls;

import static dev.usher.tls.Deliveries.assertRefused;
import static dev.usher.tls.Deliveries.byteWise;
import static dev.usher.tls.Deliveries.whole;
import static dev.usher.tls.HelloBuilder.bytes;
import static dev.usher.tls.HelloBuilder.concat;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class Sslv2HelloTest {
    private static final HelloResult NAMELESS =
            new HelloResult.Hello(new ClientHello(null, List.of(), false, true, 0, null));

    @ParameterizedTest
    @CsvSource({"3, 0, 16", "3, 0, 32", "57, 0, 32", "6, 16, 20"})
    void hasNoName(int cipherSpecs, int sessionId, int challenge) {
        assertEquals(NAMELESS, byteWise(hello(cipherSpecs, sessionId, challenge)));
    }

    @Test
    void endsWhereItsLengthSays() {
        assertEquals(NAMELESS, byteWise(concat(hello(9, 0, 32), bytes(22, 3, 1, 0, 0))));
    }

    @ParameterizedTest
    @CsvSource({"0, 0, 32", "4, 0, 32", "3, 1, 32", "3, 17, 32", "3, 0, 15", "3, 0, 33", "3, 0, 0"})
    void isRefusedWithLengthsThatItCannotHave(int cipherSpecs, int sessionId, int challenge) {
        assertRefused(HelloRefusal.MALFORMED, hello(cipherSpecs, sessionId, challenge));
    }

    @Test
    void isRefusedIfItsPartsDoNotFillIt() {
        byte[] hello = hello(9, 0, 32);
        for (int error : new int[] {-3, -1, 1, 3}) {
            byte[] wrong = Arrays.copyOf(hello, hello.length + Math.max(error, 0));
            wrong[1] = (byte) (hello[1] + error);
            assertRefused(HelloRefusal.MALFORMED, wrong);
        }
    }

    @Test
    void isRefusedIfTooShortForItsOwnFields() {
        assertRefused(HelloRefusal.MALFORMED, bytes(0x80, 3, 1, 3, 1));
        assertRefused(HelloRefusal.MALFORMED, bytes(0x80, 0, 1, 3));
    }

    @Test
    void isNotTlsUnlessItSaysSo() {
        assertEquals(HelloResult.NEED_MORE, whole(bytes(0x80)));
        assertEquals(HelloResult.NEED_MORE, whole(bytes(0x80, 46, 1)));
        assertRefused(HelloRefusal.NOT_TLS, bytes(0x80, 46, 2));
        assertRefused(HelloRefusal.NOT_TLS, bytes(0x80, 46, 1, 0)); // version 0x0002: SSLv2 and nothing above
        assertRefused(HelloRefusal.NOT_TLS, bytes(0xFF, 0xFF, 0xFF));
    }

    @Test
    void isTooLargeByItsHeader() {
        var refused = new HelloResult.Refused(HelloRefusal.TOO_LARGE, "announces 32769 bytes, limit 1000", null);
        assertEquals(refused, new HelloCollector(1_000).collect(ByteBuffer.wrap(bytes(0xFF, 0xFF, 1, 3))));
    }

    private static byte[] hello(int cipherSpecs, int sessionId, int challenge) {
        int length = 9 + cipherSpecs + sessionId + challenge;
        byte[] header = bytes(0x80, length, 1, 3, 1, 0, cipherSpecs, 0, sessionId, 0, challenge);
        return Arrays.copyOf(header, 2 + length);
    }
}
