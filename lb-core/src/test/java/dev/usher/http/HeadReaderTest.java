package dev.usher.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.http.RequestHead.Body;
import dev.usher.testing.Seed;
import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/**
 * Goal: a head is read in one way or refused with its reason, over any split. Method: heads of known attacks and of real
 * clients, cut at every byte; random changes of them.
 */
class HeadReaderTest {
    static final int MAX_BYTES = 1024;

    private static final int CHANGES = 200_000;

    private static HeadResult whole(byte[] raw) {
        return new HeadReader(MAX_BYTES, HeadReader.Asked.ORIGIN).read(ByteBuffer.wrap(raw));
    }

    private static RequestHead head(String text) {
        return assertInstanceOf(HeadResult.Whole.class, whole(Heads.bytes(text)))
                .head();
    }

    /** One reader is given every prefix in turn, in the middle of a buffer, and says the same as a fresh one. */
    private static HeadResult byteWise(byte[] raw) {
        HeadReader reader = new HeadReader(MAX_BYTES, HeadReader.Asked.ORIGIN);
        HeadResult result = HeadResult.NEED_MORE;
        for (int length = 0; length <= raw.length; length++) {
            ByteBuffer shifted = ByteBuffer.allocate(raw.length + 3)
                    .position(3)
                    .put(raw, 0, length)
                    .flip()
                    .position(3);
            HeadResult next = reader.read(shifted);
            assertEquals(3, shifted.position());
            if (!result.equals(HeadResult.NEED_MORE)) {
                assertEquals(result, next, "never changes");
            }
            result = next;
        }
        assertEquals(whole(raw), result);
        return result;
    }

    @ParameterizedTest
    @FieldSource("dev.usher.http.Heads#BAD")
    void refusesHeadWithItsReason(Heads.Bad bad) {
        HeadResult.Refused refused =
                assertInstanceOf(HeadResult.Refused.class, byteWise(Heads.bytes(bad.text())), bad.text());
        assertEquals(bad.reason(), refused.reason(), refused.detail());
        assertTrue(refused.detail().matches("[ -~]{1,200}"), refused.detail());
        assertEquals(bad.reason() == HeadRefusal.INVALID_NAME, refused.name() != null);
    }

    @ParameterizedTest
    @FieldSource("dev.usher.http.Heads#GOOD")
    void readsHeadAndLeavesTheRest(String text) {
        HeadResult.Whole read = assertInstanceOf(HeadResult.Whole.class, byteWise(Heads.bytes(text + "rest\r\n\n\0")));
        assertEquals(text.length(), read.length());
        assertEquals(read, whole(Heads.bytes(text)));
    }

    @Test
    void readsMethodPathAndFields() {
        RequestHead head = head(Heads.GOOD.get(4));
        assertEquals("HEAD", head.method());
        assertEquals("/a/b?c=d&e=%20", head.path());
        assertEquals(1, head.minorVersion());
        assertEquals(
                new RequestHead.Field("hOsT", "shop.example:80"), head.fields().getFirst());
        assertEquals("shop.example:80", String.valueOf(head.host()));
        assertTrue(head.isPlainLook());
    }

    @Test
    void authorityOfAbsoluteFormWins() {
        RequestHead bare = head(Heads.GOOD.get(5));
        assertEquals("shop.example", String.valueOf(bare.host()));
        assertEquals("/", bare.path());
        RequestHead query = head(Heads.GOOD.get(6));
        assertEquals("shop.example:80", String.valueOf(query.host()));
        assertEquals("/?x", query.path());
        Authority host = query.host();
        assertNotNull(host);
        assertEquals("Shop.Example", host.sentName());
    }

    @Test
    void normalisesHost() {
        assertEquals("shop.example", String.valueOf(head(Heads.GOOD.get(7)).host()));
        assertEquals(
                "[2001:db8::1]:8080", String.valueOf(head(Heads.GOOD.get(9)).host()));
        assertNull(head("GET / HTTP/1.0\r\n\r\n").host());
    }

    @Test
    void trimsBlanksAroundValues() {
        RequestHead head = head(Heads.GOOD.get(9));
        assertEquals(new RequestHead.Field("X", ""), head.fields().get(1));
        assertEquals(new RequestHead.Field("Y", "\u00e4 b"), head.fields().get(2));
    }

    @Test
    void readsFramingOfBody() {
        assertEquals(Body.NONE, head(Heads.GET + "Content-Length: 0\r\n\r\n").body());
        assertEquals(new Body.OfLength(7), head(Heads.GOOD.get(10)).body());
        assertEquals(Body.CHUNKED, head(Heads.GOOD.get(11)).body());
    }

    @Test
    void takesHeadOfExactlyTheLimit() {
        String start = Heads.GET + "X: ";
        String exact = start + "x".repeat(MAX_BYTES - start.length() - 4) + "\r\n\r\n";
        assertEquals(MAX_BYTES, exact.length());
        head(exact);
        HeadResult.Refused refused = assertInstanceOf(HeadResult.Refused.class, whole(Heads.bytes("\r\n" + exact)));
        assertEquals(HeadRefusal.TOO_LARGE, refused.reason());
    }

    /** Another protocol is told at its first line, however long the client waits. */
    @Test
    void firstLineAloneDecides() {
        assertInstanceOf(HeadResult.Refused.class, whole(Heads.bytes("SSH-2.0-x\r\n")));
        assertEquals(HeadResult.NEED_MORE, whole(Heads.bytes("GET / HTTP/1.1\r\n")));
    }

    /** Whatever is read can be written and read again with the same result. */
    @Test
    void changedHeadsAreReadInOneWayOrRefused() {
        Random random = new Random(Seed.of(HeadReaderTest.class));
        for (int i = 0; i < CHANGES; i++) {
            byte[] raw = Heads.bytes(Heads.GOOD.get(random.nextInt(Heads.GOOD.size())));
            for (int changes = random.nextInt(1, 4); changes > 0; changes--) {
                raw[random.nextInt(raw.length)] = random.nextBoolean()
                        ? (byte) random.nextInt(256)
                        : (byte) "\r\n :,/\t0".charAt(random.nextInt(8));
            }
            HeadResult result = i % 100 == 0 ? byteWise(raw) : whole(raw);
            if (result instanceof HeadResult.Whole(RequestHead head, int length)) {
                assertTrue(length <= raw.length);
                assertTrue(head.path().matches("/[!-~]*"), head.path());
                assertTrue(head.fields().stream()
                        .allMatch(field ->
                                field.name().matches("[!-~]+") && !field.value().matches("(?s).*[\r\n\0].*")));
            }
        }
    }
}
