package dev.usher.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.http.RequestHead.Body;
import dev.usher.testing.Seed;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Goal: the end of a body is found at the same byte over any split, or the body is refused. */
class RequestBodyTest {
    static final List<String> CHUNKED = List.of(
            "0\r\n\r\n",
            "000\r\n\r\n",
            "5\r\nhello\r\n0\r\n\r\n",
            "A\r\n0123456789\r\n001\r\n\n\r\n0\r\n\r\n",
            "a;name=value;x=\"y z\"\r\n0\r\n\r\n0\r\n\r\n\r\n0;last\r\n\r\n",
            "1\r\nx\r\n0\r\nTrailer: value\r\nOther:\r\n\r\n");

    static final List<String> MALFORMED = List.of(
            "\r\n",
            "\n",
            " 5\r\n",
            "5 \r\n",
            "+5\r\n",
            "-1\r\n",
            "0x5\r\n",
            "g\r\n",
            "5\nhello",
            "5\rhello",
            "5\r\rhello",
            "5;x\nhello",
            "5;\0\r\n",
            ";x\r\n",
            "5\r\nhello0\r\n\r\n",
            "5\r\nhello\n0\r\n\r\n",
            "5\r\nhello\r0\r\n\r\n",
            "5\r\nhelloworld\r\n",
            "0\r\nX\r\n\r\n",
            "0\r\n X: y\r\n\r\n",
            "0\r\nX : y\r\n\r\n",
            "0\r\nX: y\n\r\n",
            "0\r\nX: y\rz\r\n\r\n",
            "0\r\n\n",
            "0\r\n\rx",
            "0\n\r\n",
            "\u0665\r\n",
            "1234567890123\r\n",
            "ffffffffffffffff1\r\nx",
            "1;" + "x".repeat(5000),
            "0\r\nX: " + "x".repeat(5000));

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    private static int inPieces(RequestBody body, byte[] raw, int pieceBytes) {
        int all = 0;
        for (int at = 0; at < raw.length; at += pieceBytes) {
            ByteBuffer piece = ByteBuffer.wrap(raw, at, Math.min(pieceBytes, raw.length - at));
            int within = body.within(piece);
            assertEquals(at, piece.position());
            if (within == RequestBody.MALFORMED) {
                assertEquals(RequestBody.MALFORMED, body.within(ByteBuffer.allocate(1)));
                return within;
            }
            all += within;
        }
        return all;
    }

    @ParameterizedTest
    @FieldSource("CHUNKED")
    void chunkedBodyEndsBehindItsLastChunk(String text) {
        byte[] raw = (text + "GET / HTTP/1.1\r\n\r\n0\r\n\r\n").getBytes(StandardCharsets.US_ASCII);
        for (int piece = 1; piece <= raw.length; piece++) {
            RequestBody body = RequestBody.of(Body.CHUNKED);
            assertEquals(text.length(), inPieces(body, raw, piece), "in pieces of " + piece);
            assertEquals(0, body.within(ByteBuffer.allocate(100)));
        }
    }

    @ParameterizedTest
    @FieldSource("MALFORMED")
    void malformedChunksAreRefused(String text) {
        byte[] raw = bytes(text).array();
        for (int piece : new int[] {1, 2, 3, 5, raw.length}) {
            assertEquals(RequestBody.MALFORMED, inPieces(RequestBody.of(Body.CHUNKED), raw, piece), text);
        }
    }

    @Test
    void largeChunkIsPassedOnUnread() {
        RequestBody body = RequestBody.of(Body.CHUNKED);
        assertEquals(14, body.within(bytes("ffffffffffff\r\n")));
        ByteBuffer zeros = ByteBuffer.allocate(1 << 20);
        for (int i = 0; i < 100; i++) {
            assertEquals(1 << 20, body.within(zeros));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 9, 10})
    void bodyOfLengthEndsAtItsLength(int length) {
        for (int piece = 1; piece <= 10; piece++) {
            assertEquals(length, inPieces(RequestBody.of(new Body.OfLength(length)), new byte[10], piece));
        }
    }

    @Test
    void changedBodiesEndOrAreRefusedTheSameWayOverAnySplit() {
        Random random = new Random(Seed.of(RequestBodyTest.class));
        for (int i = 0; i < 100_000; i++) {
            byte[] raw = (CHUNKED.get(random.nextInt(CHUNKED.size())) + "rest").getBytes(StandardCharsets.US_ASCII);
            raw[random.nextInt(raw.length)] =
                    random.nextBoolean() ? (byte) random.nextInt(256) : (byte) "\r\n;0af: ".charAt(random.nextInt(8));
            int whole = RequestBody.of(Body.CHUNKED).within(ByteBuffer.wrap(raw));
            assertEquals(whole, inPieces(RequestBody.of(Body.CHUNKED), raw, random.nextInt(1, 5)));
            assertTrue(whole <= raw.length);
        }
    }
}
