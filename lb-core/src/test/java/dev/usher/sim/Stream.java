package dev.usher.sim;

import java.nio.ByteBuffer;

/**
 * The bytes that a peer sends: a beginning, then bytes that follow from a key and the offset. So a reader knows each byte
 * without asking the writer, and no byte is kept.
 */
final class Stream {
    private static final int MAX_BYTES = 1 << 19;
    private static final byte[] PATTERN = pattern();

    private final byte[] head;
    private final int from;
    private final int length;

    /**
     * @param head the beginning
     * @param key of the bytes behind
     * @param more number of bytes behind the beginning
     */
    Stream(byte[] head, Chance key, int more) {
        this.head = head;
        this.from = key.below(MAX_BYTES);
        this.length = head.length + more;
    }

    private static byte[] pattern() {
        byte[] bytes = new byte[2 * MAX_BYTES];
        new Chance(1).nextBytes(bytes);
        return bytes;
    }

    int length() {
        return length;
    }

    int headLength() {
        return head.length;
    }

    void copyTo(ByteBuffer into, long offset, int count) {
        int at = (int) offset;
        int ofHead = Math.clamp(head.length - at, 0, count);
        if (ofHead > 0) {
            into.put(head, at, ofHead);
        }
        into.put(PATTERN, from + at + ofHead, count - ofHead);
    }

    /** Whether the next {@code count} bytes of the buffer, which is not moved, are those at the offset. */
    boolean matches(ByteBuffer bytes, int count, long offset) {
        int at = (int) offset;
        if (offset + count > length) {
            return false;
        }
        int ofHead = Math.clamp(head.length - at, 0, count);
        if (ofHead > 0 && !bytes.slice(bytes.position(), ofHead).equals(ByteBuffer.wrap(head, at, ofHead))) {
            return false;
        }
        int ofRest = count - ofHead;
        return bytes.slice(bytes.position() + ofHead, ofRest)
                .equals(ByteBuffer.wrap(PATTERN, from + at + ofHead, ofRest));
    }
}
