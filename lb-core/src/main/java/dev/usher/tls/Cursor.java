package dev.usher.tls;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * A position in a bounded range of bytes. Every read goes through {@link #advance}, the only arithmetic on lengths in
 * parsing, and a vector is read through its own cursor: no read can leave its container.
 *
 * <p>Three fields and no buffer slice, so that the compiler can keep short-lived cursors off the heap. The buffer's own
 * position and limit are neither used nor moved.
 */
final class Cursor {
    private static final char[] HEX = "0123456789abcdef".toCharArray();

    private final ByteBuffer bytes;
    private int position;
    private final int end;

    /** Covers {@code length} bytes from absolute index {@code position} on; the buffer must have these bytes. */
    Cursor(ByteBuffer bytes, int position, int length) {
        this.bytes = bytes;
        this.position = position;
        this.end = position + length;
    }

    boolean hasRemaining() {
        return position < end;
    }

    int remaining() {
        return end - position;
    }

    /** Cuts off the next {@code length} bytes as a separate container. */
    Cursor take(int length, String field) throws RefusedHelloException {
        return new Cursor(bytes, advance(length, field), length);
    }

    /** Moves past the next {@code length} bytes, which are of no interest. */
    void skip(int length, String field) throws RefusedHelloException {
        int _ = advance(length, field);
    }

    /** Moves past a vector with a length of one byte, and returns the length. */
    int skip8(String field) throws RefusedHelloException {
        int length = uint8(field);
        skip(length, field);
        return length;
    }

    /** Moves past a vector with a length of two bytes, and returns the length. */
    int skip16(String field) throws RefusedHelloException {
        int length = uint16(field);
        skip(length, field);
        return length;
    }

    /** Reads a vector with a length of one byte. */
    Cursor vector8(String field) throws RefusedHelloException {
        return take(uint8(field), field);
    }

    /** Reads a vector with a length of two bytes. */
    Cursor vector16(String field) throws RefusedHelloException {
        return take(uint16(field), field);
    }

    int uint8(String field) throws RefusedHelloException {
        return Byte.toUnsignedInt(bytes.get(advance(1, field)));
    }

    int uint16(String field) throws RefusedHelloException {
        int at = advance(2, field);
        return Byte.toUnsignedInt(bytes.get(at)) << 8 | Byte.toUnsignedInt(bytes.get(at + 1));
    }

    /** Enters the vector with a length of two bytes that is the whole rest of this container, and refuses any other rest. */
    Cursor enter16(String field, String container) throws RefusedHelloException {
        int length = uint16(field);
        int start = advance(length, field);
        expectEnd(container);
        position = start;
        return this;
    }

    /** A hash of the next {@code length} bytes, eight at a time; a shorter rest is left out. */
    long folded(int length, String field) throws RefusedHelloException {
        long folded = 0;
        int start = advance(length, field);
        for (int at = start; at + Long.BYTES <= position; at += Long.BYTES) {
            folded = folded * 31 + bytes.getLong(at);
        }
        return folded;
    }

    /** True exactly if the remaining bytes are these. */
    boolean holds(byte[] expected) {
        if (remaining() != expected.length) {
            return false;
        }
        for (int i = 0; i < expected.length; i++) {
            if (bytes.get(position + i) != expected[i]) {
                return false;
            }
        }
        return true;
    }

    /** Refuses leftover bytes in this container. */
    void expectEnd(String field) throws RefusedHelloException {
        if (hasRemaining()) {
            throw RefusedHelloException.malformed(field + " has " + remaining() + " bytes left over");
        }
    }

    /**
     * The remaining bytes as text that is safe in logs: printable ASCII stands for itself, a backslash is {@code \\},
     * and any other byte is {@code \x} with two lower-case hex digits. Different bytes always give different text.
     */
    String text() {
        byte[] left = new byte[remaining()];
        bytes.get(position, left);
        for (byte b : left) {
            if (!isPlain(b)) {
                return escaped(left);
            }
        }
        return new String(left, StandardCharsets.ISO_8859_1);
    }

    private static String escaped(byte[] left) {
        StringBuilder text = new StringBuilder(left.length + 16);
        for (byte b : left) {
            if (isPlain(b)) {
                text.append((char) b);
            } else if (b == '\\') {
                text.append("\\\\");
            } else {
                text.append("\\x").append(HEX[b >> 4 & 0xF]).append(HEX[b & 0xF]);
            }
        }
        return text.toString();
    }

    private static boolean isPlain(byte b) {
        return b >= ' ' && b <= '~' && b != '\\';
    }

    /** Moves past the next {@code length} bytes and returns their start. */
    private int advance(int length, String field) throws RefusedHelloException {
        if (length > end - position) {
            throw RefusedHelloException.malformed(field + " wants " + length + " bytes, " + remaining() + " left");
        }
        int at = position;
        position += length;
        return at;
    }
}
