package dev.usher.tls;

import java.nio.ByteBuffer;

/**
 * Collects the ClientHello that a connection begins with, however its bytes are split over TCP segments and over TLS
 * records (RFC 8446 section 5.1). The only part of this package that can say <em>need more</em>; the parsers behind it
 * see whole messages, where running short always means malformed.
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
 * What follows the hello, in its last record or after it, is not looked at.
 *
 * <p>Holds positions only, no bytes: the caller keeps the bytes, since it has to forward them as they came. Each call
 * goes on where the last one stopped, so that all calls together look at each byte a fixed number of times. Nothing is
 * allocated by an announced length; a hello cut over records is copied together once, when all of it is there.
 *
 * <p>One per connection; not thread safe.
 */
public final class HelloCollector {
    private static final int HANDSHAKE = 22; // ContentType, RFC 8446 section 5.1
    private static final int MAJOR_VERSION = 3; // every version from SSL 3.0 on
    private static final int CLIENT_HELLO = 1; // HandshakeType, RFC 8446 section 4
    private static final int RECORD_HEADER_BYTES = 5;
    private static final int RECORD_LENGTH_OFFSET = 3;
    private static final int MESSAGE_HEADER_BYTES = 4;
    private static final int MAX_FRAGMENT_BYTES = 1 << 14;
    private static final int MAX_BODY_BYTES = (1 << 24) - 1;
    private static final int MAX_MESSAGE_BYTES = MESSAGE_HEADER_BYTES + MAX_BODY_BYTES;

    private final int maxMessageBytes;

    private HelloResult result = HelloResult.NEED_MORE;
    /** Raw bytes that are dealt with, from the first byte of the connection on. */
    private int consumed;
    /** Bytes of the current record's fragment that are not dealt with; 0 exactly if a record header comes next. */
    private int fragmentLeft;

    private int recordCount;
    /** Bytes of the message that have come, its header included. */
    private int gathered;
    /** The message header: its first {@code gathered} bytes, up to all four of them. */
    private int messageHeader;
    /** Length of the whole message, its header included; of the header alone while that is all that is known. */
    private int messageBytes = MESSAGE_HEADER_BYTES;

    /**
     * @param maxMessageBytes the largest ClientHello that is read, its 4-byte header included; 4..2^24+3
     */
    public HelloCollector(int maxMessageBytes) {
        this.maxMessageBytes = checkedMax(maxMessageBytes);
    }

    /**
     * The most raw bytes a collector can see before it decides: every byte of the message in a record of its own, six
     * bytes each. The bound is sharp, so such a hello is read too. Since a message has at most 2^24+3 bytes, it stays
     * below 97 MiB for any limit.
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
     * Looks at what has come. Once this returns anything but {@link HelloResult#NEED_MORE}, it returns the same always.
     *
     * @param raw all bytes since the connection began, from position to limit: the same bytes as at the last call, and
     *     more, in this buffer or another. Neither position nor limit is moved
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

    /** Reads the header that comes next; false if not all of it has come. What has come is checked at once. */
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

    /** A connection that does not begin with a TLS handshake record is not TLS; one that breaks off later is. */
    private RefusedHelloException recordRefused(String what) {
        return consumed == 0
                ? new RefusedHelloException(HelloRefusal.NOT_TLS, "begins with " + what)
                : RefusedHelloException.malformed(what + " before the ClientHello was whole");
    }

    /** Takes what has come of the current fragment, up to the end of the message. */
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

    /** Looks at the type as soon as it has come, and at the length once all of it has. */
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

    /** The message in place if one record holds it, else a copy of its fragments; their headers are checked by now. */
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
