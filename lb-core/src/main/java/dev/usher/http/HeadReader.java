package dev.usher.http;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Reads the head of a request at the start of a connection, over any split. Strict: every line ends with CRLF, and no
 * control stands elsewhere, so that no later reader sees other lines (RFC 9112 section 2.2). {@link HeadParser} reads
 * the lines of a whole head.
 *
 * <p>Holds positions, no bytes. Each call continues where the last call stopped, so each byte is examined a fixed
 * number of times in total. The first line is checked as soon as it is whole: a client of another protocol is not kept
 * waiting.
 *
 * <p>One reader per connection; not thread-safe.
 */
public final class HeadReader {
    private static final int TLS_HANDSHAKE = 22; // ContentType, RFC 8446 section 5.1
    /** RFC 9112 section 2.2: a server should ignore an empty line before the request. */
    private static final int MAX_LEADING_LINES = 1;

    /** The role in which usher is asked; the form of the target depends on the role (RFC 9112 section 3.2). */
    public enum Asked {
        /** For the host of the request itself: a path, or a URL. */
        ORIGIN,
        /** For a connection to a host, or for a page of a host: CONNECT with host and port, or a URL. */
        PROXY
    }

    private final int maxBytes;
    private final Asked asked;

    private HeadResult result = HeadResult.NEED_MORE;
    /** Bytes examined. */
    private int scanned;
    /** Offset of the current line. */
    private int lineStart;
    /** Offset of the request line. */
    private int headStart;
    /** True exactly when the request line is whole and right. */
    private boolean begun;

    private int last;

    /** @param maxBytes the longest head to accept, empty line included */
    public HeadReader(int maxBytes, Asked asked) {
        this.maxBytes = maxBytes;
        this.asked = asked;
    }

    /**
     * Examines the bytes received so far. Once the result is not {@link HeadResult#NEED_MORE}, it never changes.
     *
     * @param soFar every byte since the connection began, from position to limit: the same bytes as at the last call,
     *     and more, in this buffer or a new one. Neither position nor limit is moved
     */
    public HeadResult read(ByteBuffer soFar) {
        try {
            while (result instanceof HeadResult.NeedMore && scanned < soFar.remaining()) {
                scan(soFar);
            }
        } catch (RefusedHeadException refused) {
            result = refused.result();
        }
        return result;
    }

    private void scan(ByteBuffer soFar) throws RefusedHeadException {
        int next = Byte.toUnsignedInt(soFar.get(soFar.position() + scanned));
        check(next);
        last = next;
        scanned++;
        if (next == '\n') {
            endLine(soFar);
        }
        if (scanned >= maxBytes && result instanceof HeadResult.NeedMore) {
            throw new RefusedHeadException(HeadRefusal.TOO_LARGE, "the head has more than " + maxBytes + " bytes");
        }
    }

    private void check(int next) throws RefusedHeadException {
        if (scanned == 0 && next != '\r' && !Ascii.isTokenCharacter(next)) {
            throw next == TLS_HANDSHAKE
                    ? new RefusedHeadException(HeadRefusal.TLS, "begins with a TLS record")
                    : new RefusedHeadException(HeadRefusal.NOT_HTTP, "begins with byte " + next);
        }
        if (last == '\r' ? next != '\n' : next == '\n') {
            throw RefusedHeadException.ambiguous("a line ends with a CR or a LF alone");
        }
        if (next != '\r' && next != '\n' && Ascii.isControl(next)) {
            throw RefusedHeadException.malformed("a control character, byte " + next);
        }
    }

    /** A line is whole. */
    private void endLine(ByteBuffer soFar) throws RefusedHeadException {
        boolean empty = scanned - lineStart == 2;
        if (begun && empty) {
            result = new HeadResult.Whole(HeadParser.parse(text(soFar, headStart, scanned - 2), asked), scanned);
        } else if (!begun && !empty) {
            headStart = lineStart;
            RequestLine.parse(text(soFar, lineStart, scanned - 2), asked);
            begun = true;
        } else if (empty && scanned > 2 * MAX_LEADING_LINES) {
            throw new RefusedHeadException(HeadRefusal.NOT_HTTP, "begins with empty lines");
        }
        lineStart = scanned;
    }

    private static String text(ByteBuffer soFar, int from, int to) {
        byte[] bytes = new byte[to - from];
        soFar.get(soFar.position() + from, bytes);
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }
}
