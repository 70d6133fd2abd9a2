package dev.usher.tls;

import java.nio.ByteBuffer;

/**
 * Collects the ClientHello at the start of a connection, for any split of its bytes over TCP segments and over TLS
 * records (RFC 8446 section 5.1). No other class of this package can say <em>need more</em>; the parsers behind the
 * collector see whole messages, where running short always means malformed.
 *
 * <pre>
 * TLSPlaintext, one or more         RFC 8446 section 5.1
 *   uint8  type                     22, handshake; nothing else before the hello is whole
 *   uint16 legacy_record_version    0x03xx; the second byte is to be ignored
 *   uint16 length                   1..2^14; empty handshake fragments are forbidden
 *   opaque fragment[length]         the next bytes of the message
 *
 * Handshake, over the fragments     RFC 8446 section 4
 *   uint8  msg_type                 1, client_hello
 *   uint24 length
 *   opaque body[length]             ClientHelloParser
 * </pre>
 *
 * Bytes after the hello, in its last record or later, are not examined.
 *
 * <p>Holds positions, no bytes: the caller keeps the bytes, to forward them unchanged. Each call continues where the
 * last call stopped, so each byte is examined a fixed number of times in total. An announced length alone allocates
 * nothing; a hello split over records is copied together once, when complete.
 *
 * <p>One collector per connection; not thread-safe.
 */
public final class HelloCollector {
    private static final int HANDSHAKE = 22; // ContentType, RFC 8446 section 5.1
    private static final int MAJOR_VERSION = 3; // every version since SSL 3.0
    private static final int CLIENT_HELLO = 1; // HandshakeType, RFC 8446 section 4
    private static final int RECORD_HEADER_BYTES = 5;
    private static final int RECORD_LENGTH_OFFSET = 3;
    private static final int MESSAGE_HEADER_BYTES = 4;
    private static final int MAX_FRAGMENT_BYTES = 1 << 14;
    private static final int MAX_BODY_BYTES = (1 << 24) - 1;
    private static final int MAX_MESSAGE_BYTES = MESSAGE_HEADER_BYTES + MAX_BODY_BYTES;

    private final int maxMessageBytes;

    private HelloResult result = HelloResult.NEED_MORE;
    /** Raw bytes processed, from the first byte of the connection on. */
    private int consumed;
    /** Unprocessed bytes of the current record's fragment; 0 exactly if a record header comes next. */
    private int fragmentLeft;

    private int recordCount;
    /** Bytes of the message received so far, header included. */
    private int gathered;
    /** The message header: its first {@code gathered} bytes, four at most. */
    private int messageHeader;
    /** Length of the whole message, header included; of the header alone until the length is known. */
    private int messageBytes = MESSAGE_HEADER_BYTES;

    /** @param maxMessageBytes the longest ClientHello to accept, 4-byte header included; 4..2^24+3 */
    public HelloCollector(int maxMessageBytes) {
        this.maxMessageBytes = checkedMax(maxMessageBytes);
    }

    /**
     * The most raw bytes that a collector can need for a decision: every byte of the message in its own record, six
     * bytes each. The bound is sharp: a hello split like this is still read. A message has at most 2^24+3 bytes, so the
     * bound stays below 97 MiB for any limit.
     */
    public static int maxRawBytes(int maxMessageBytes) {
        return checkedMax(maxMessageBytes) * (RECORD_HEADER_BYTES + 1);
    }

    private static int checkedMax(int maxMessageBytes) {
        if (maxMessageBytes < MESSAGE_HEADER_BYTES || maxMessageBytes > MAX_MESSAGE_BYTES) {
            throw new IllegalArgumentException("maxMessageBytes must be " + MESSAGE_HEADER_BYTES + ".."
                    + MAX_MESSAGE_BYTES + ", was " + maxMessageBytes);
        }
        return maxMessageBytes;
    }

    /**
     * Examines the bytes received so far. Once the result is not {@link HelloResult#NEED_MORE}, it never changes.
     *
     * @param raw every byte since the connection began, from position to limit: the same bytes as at the last call, and
     *     more, in this buffer or a new one. Neither position nor limit is moved
     */
    public HelloResult collect(ByteBuffer raw) {
        if (result instanceof HelloResult.NeedMore && raw.hasRemaining()) {
            try {
                result = Sslv2Hello.mayBegin(raw) ? Sslv2Hello.read(raw, maxMessageBytes) : readRecords(raw);
            } catch (RefusedHelloException refused) {
                result = refused.result();
            }
        }
        return result;
    }

    private HelloResult readRecords(ByteBuffer raw) throws RefusedHelloException {
        while (fragmentLeft > 0 || readRecordHeader(raw)) {
            readFragment(raw);
            if (gathered == messageBytes) {
                return new HelloResult.Hello(ClientHelloParser.parse(wholeMessage(raw)));
            }
            if (fragmentLeft > 0) {
                return HelloResult.NEED_MORE;
            }
        }
        return HelloResult.NEED_MORE;
    }

    /**
     * Reads the next record header, as far as received; each byte is checked at once.
     *
     * @return false if the header is incomplete
     */
    private boolean readRecordHeader(ByteBuffer raw) throws RefusedHelloException {
        int at = raw.position() + consumed;
        int come = raw.remaining() - consumed;
        if (come > 0 && uint8(raw, at) != HANDSHAKE) {
            throw recordRefused("record type " + uint8(raw, at));
        }
        if (come > 1 && uint8(raw, at + 1) != MAJOR_VERSION) {
            throw recordRefused("record version " + uint8(raw, at + 1) + ".x");
        }
        if (come < RECORD_HEADER_BYTES) {
            return false;
        }
        int length = uint16(raw, at + RECORD_LENGTH_OFFSET);
        if (length == 0 || length > MAX_FRAGMENT_BYTES) {
            throw RefusedHelloException.malformed("record of " + length + " bytes, must be 1.." + MAX_FRAGMENT_BYTES);
        }
        consumed += RECORD_HEADER_BYTES;
        fragmentLeft = length;
        recordCount++;
        return true;
    }

    /**
     * A connection that does not start with a TLS handshake record is not TLS; a later fault makes it malformed TLS.
     */
    private RefusedHelloException recordRefused(String what) {
        return consumed == 0
                ? new RefusedHelloException(HelloRefusal.NOT_TLS, "begins with " + what)
                : RefusedHelloException.malformed(what + " before the ClientHello was whole");
    }

    /** Consumes received bytes of the current fragment, up to the end of the message. */
    private void readFragment(ByteBuffer raw) throws RefusedHelloException {
        while (gathered < MESSAGE_HEADER_BYTES && fragmentBytesCome(raw) > 0) {
            messageHeader = messageHeader << 8 | uint8(raw, raw.position() + consumed);
            take(1);
            checkMessageHeader();
        }
        take(Math.min(fragmentBytesCome(raw), messageBytes - gathered));
    }

    private int fragmentBytesCome(ByteBuffer raw) {
        return Math.min(fragmentLeft, raw.remaining() - consumed);
    }

    private void take(int count) {
        consumed += count;
        fragmentLeft -= count;
        gathered += count;
    }

    /** Checks the type once its byte is there, and the length once the header is whole. */
    private void checkMessageHeader() throws RefusedHelloException {
        if (gathered == 1 && messageHeader != CLIENT_HELLO) {
            throw RefusedHelloException.malformed("handshake type " + messageHeader + " is not client_hello");
        }
        if (gathered == MESSAGE_HEADER_BYTES) {
            messageBytes = MESSAGE_HEADER_BYTES + (messageHeader & MAX_BODY_BYTES);
            if (messageBytes > maxMessageBytes) {
                throw new RefusedHelloException(
                        HelloRefusal.TOO_LARGE, "announces " + messageBytes + " bytes, limit " + maxMessageBytes);
            }
        }
    }

    /**
     * The message in place if a single record holds it, else a copy of its fragments, whose headers are checked by now.
     */
    private Cursor wholeMessage(ByteBuffer raw) {
        int at = raw.position();
        if (recordCount == 1) {
            return new Cursor(raw, at + RECORD_HEADER_BYTES, messageBytes);
        }
        byte[] message = new byte[messageBytes];
        for (int filled = 0; filled < messageBytes; ) {
            int length = Math.min(uint16(raw, at + RECORD_LENGTH_OFFSET), messageBytes - filled);
            raw.get(at + RECORD_HEADER_BYTES, message, filled, length);
            at += RECORD_HEADER_BYTES + length;
            filled += length;
        }
        return new Cursor(ByteBuffer.wrap(message), 0, messageBytes);
    }

    private static int uint8(ByteBuffer raw, int at) {
        return Byte.toUnsignedInt(raw.get(at));
    }

    private static int uint16(ByteBuffer raw, int at) {
        return uint8(raw, at) << 8 | uint8(raw, at + 1);
    }
}
