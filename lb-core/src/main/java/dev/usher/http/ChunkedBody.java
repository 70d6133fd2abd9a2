package dev.usher.http;

import java.nio.ByteBuffer;

/**
 * The end of a chunked body (RFC 9112 section 7.1), over any split. As strict as {@link HeadReader}: every line ends
 * with CRLF, a size is hexadecimal digits alone, and no control stands elsewhere.
 *
 * <pre>
 * chunk    = 1*HEXDIG [ ";" extension ] CRLF 1*OCTET CRLF
 * last     = 1*"0" [ ";" extension ] CRLF
 * trailers = *( field CRLF ) CRLF
 * </pre>
 *
 * The bytes of a chunk are skipped as a whole; only lines are examined byte by byte.
 */
final class ChunkedBody implements RequestBody {
    /** 12 digits, 256 TiB: far from an overflow. */
    private static final int MAX_SIZE_DIGITS = 12;
    /** Bytes of extensions in one line, and of all trailers: no known client sends either. */
    private static final int MAX_EXTRA_BYTES = 4096;

    private enum At {
        /** The digits of a size. */
        SIZE,
        EXTENSION,
        /** The LF of a size line. */
        SIZE_LF,
        DATA,
        /** The CR and LF behind the data. */
        DATA_CR,
        DATA_LF,
        /** The first byte of a trailer line. */
        TRAILER,
        TRAILER_NAME,
        TRAILER_VALUE,
        TRAILER_LF,
        /** The LF of the empty line. */
        LAST_LF,
        END,
        BROKEN
    }

    private At at = At.SIZE;
    private int digits;
    /** Size of the chunk, and its bytes left. */
    private long left;

    private int extra;

    @Override
    public int within(ByteBuffer next) {
        int from = next.position();
        int end = next.limit();
        int i = from;
        while (i < end && at != At.END && at != At.BROKEN) {
            if (at == At.DATA) {
                long skipped = Math.min(left, end - i);
                left -= skipped;
                i += (int) skipped;
                at = left == 0 ? At.DATA_CR : At.DATA;
            } else {
                at = after(Byte.toUnsignedInt(next.get(i)));
                i++;
            }
        }
        return at == At.BROKEN ? MALFORMED : i - from;
    }

    /** The state after a byte that is no data. */
    private At after(int next) {
        return switch (at) {
            case SIZE -> afterSize(next);
            case EXTENSION -> next == '\r' ? At.SIZE_LF : extra(next, At.EXTENSION);
            case SIZE_LF -> next == '\n' ? begin() : At.BROKEN;
            case DATA_CR -> next == '\r' ? At.DATA_LF : At.BROKEN;
            case DATA_LF -> next == '\n' ? At.SIZE : At.BROKEN;
            case TRAILER -> next == '\r' ? At.LAST_LF : name(next);
            case TRAILER_NAME -> next == ':' ? At.TRAILER_VALUE : name(next);
            case TRAILER_VALUE -> next == '\r' ? At.TRAILER_LF : extra(next, At.TRAILER_VALUE);
            case TRAILER_LF -> next == '\n' ? At.TRAILER : At.BROKEN;
            case LAST_LF -> next == '\n' ? At.END : At.BROKEN;
            case DATA, END, BROKEN -> throw new IllegalStateException("no byte is examined at " + at);
        };
    }

    private At afterSize(int next) {
        int digit = Character.digit(next, 16);
        if (next < 0x80 && digit >= 0) {
            left = left << 4 | digit;
            digits++;
            return digits > MAX_SIZE_DIGITS ? At.BROKEN : At.SIZE;
        }
        if (digits == 0) {
            return At.BROKEN;
        }
        return switch (next) {
            case '\r' -> At.SIZE_LF;
            case ';' -> At.EXTENSION;
            default -> At.BROKEN;
        };
    }

    /** A size line is whole. */
    private At begin() {
        digits = 0;
        extra = left == 0 ? 0 : extra;
        return left == 0 ? At.TRAILER : At.DATA;
    }

    private At name(int next) {
        return Ascii.isTokenCharacter(next) ? extra(next, At.TRAILER_NAME) : At.BROKEN;
    }

    private At extra(int next, At same) {
        extra++;
        return Ascii.isControl(next) || extra > MAX_EXTRA_BYTES ? At.BROKEN : same;
    }
}
