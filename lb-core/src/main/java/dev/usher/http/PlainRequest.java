package dev.usher.http;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;

/** Whether first bytes are an HTTP request where TLS is expected. */
public enum PlainRequest {
    /** A method and a blank: a request. */
    YES,
    NO,
    /** Too few bytes to tell. */
    UNCLEAR;

    /** The methods of RFC 9110 and RFC 5789, and the first line of HTTP/2 without TLS. */
    private static final List<byte[]> BEGINNINGS = Stream.of(
                    "GET ", "HEAD ", "POST ", "PUT ", "DELETE ", "OPTIONS ", "PATCH ", "CONNECT ", "TRACE ", "PRI ")
            .map(method -> method.getBytes(StandardCharsets.US_ASCII))
            .toList();

    /** Examines the bytes so far, from position to limit; moves neither. */
    public static PlainRequest look(ByteBuffer soFar) {
        PlainRequest best = NO;
        for (byte[] beginning : BEGINNINGS) {
            int common = Math.min(beginning.length, soFar.remaining());
            if (isBegunBy(soFar, beginning, common)) {
                if (common == beginning.length) {
                    return YES;
                }
                best = UNCLEAR;
            }
        }
        return best;
    }

    private static boolean isBegunBy(ByteBuffer soFar, byte[] beginning, int count) {
        for (int i = 0; i < count; i++) {
            if (soFar.get(soFar.position() + i) != beginning[i]) {
                return false;
            }
        }
        return true;
    }
}
