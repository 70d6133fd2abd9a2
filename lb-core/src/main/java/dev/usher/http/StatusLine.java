package dev.usher.http;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** The first line of an answer (RFC 9112 section 4), as far as the status. */
public final class StatusLine {
    private static final String VERSION = "HTTP/1.";
    /** Behind "HTTP/1.1 ". */
    private static final int STATUS_AT = 9;

    private static final int DIGITS = 3;

    private StatusLine() {}

    /**
     * The status at the beginning of an answer; null without a whole status.
     *
     * @param first from position to limit; position and limit are left alone
     */
    public static @Nullable Integer statusOf(ByteBuffer first) {
        if (first.remaining() < STATUS_AT + DIGITS) {
            return null;
        }
        for (int i = 0; i < VERSION.length(); i++) {
            if (first.get(first.position() + i) != VERSION.charAt(i)) {
                return null;
            }
        }
        int status = 0;
        for (int i = 0; i < DIGITS; i++) {
            int digit = first.get(first.position() + STATUS_AT + i) - '0';
            if (digit < 0 || digit > 9) {
                return null;
            }
            status = 10 * status + digit;
        }
        return status;
    }
}
