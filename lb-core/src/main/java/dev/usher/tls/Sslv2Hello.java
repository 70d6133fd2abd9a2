package dev.usher.tls;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * Reads a ClientHello in the format of SSLv2, used by old clients to offer SSL 3.0 or TLS (RFC 5246 appendix E.2; RFC
 * 6176 section 3 still lets servers accept this format). Without extensions, such a hello has no name. A hello that
 * offers only SSLv2 itself is not TLS.
 *
 * <pre>
 * uint16 msg_length                 highest bit set; the other 15 are the length of what follows
 * uint8  msg_type                   1, client_hello
 * uint16 version                    0x03xx
 * uint16 cipher_spec_length         a multiple of 3, not 0
 * uint16 session_id_length          0, or 16 (RFC 2246 appendix E.1)
 * uint16 challenge_length           16..32
 * opaque cipher_specs[cipher_spec_length]
 * opaque session_id[session_id_length]
 * opaque challenge[challenge_length]
 * </pre>
 */
final class Sslv2Hello {
    private static final int TWO_BYTE_HEADER = 0x80;
    private static final int HEADER_BYTES = 2;
    private static final int CLIENT_HELLO = 1;
    private static final int MAJOR_VERSION = 3;
    private static final int CIPHER_SPEC_BYTES = 3;
    private static final int SESSION_ID_BYTES = 16;
    private static final int MIN_CHALLENGE_BYTES = 16;
    private static final int MAX_CHALLENGE_BYTES = 32;

    private Sslv2Hello() {}

    /**
     * Whether the first byte, which must be present, can start an SSLv2 hello. Such a byte never starts a TLS record.
     */
    static boolean mayBegin(ByteBuffer raw) {
        return (raw.get(raw.position()) & TWO_BYTE_HEADER) != 0;
    }

    /** Reads the hello. Refuses at the earliest wrong byte, since more protocols start with a high bit. */
    static HelloResult read(ByteBuffer raw, int maxMessageBytes) throws RefusedHelloException {
        int at = raw.position();
        int come = raw.remaining();
        if ((come > HEADER_BYTES && raw.get(at + HEADER_BYTES) != CLIENT_HELLO)
                || (come > HEADER_BYTES + 1 && raw.get(at + HEADER_BYTES + 1) != MAJOR_VERSION)) {
            throw new RefusedHelloException(
                    HelloRefusal.NOT_TLS, "begins with neither a TLS record nor an SSLv2 hello");
        }
        if (come < HEADER_BYTES + 2) {
            return HelloResult.NEED_MORE;
        }
        int length = (raw.get(at) & ~TWO_BYTE_HEADER & 0xFF) << 8 | Byte.toUnsignedInt(raw.get(at + 1));
        if (HEADER_BYTES + length > maxMessageBytes) {
            throw new RefusedHelloException(
                    HelloRefusal.TOO_LARGE,
                    "announces " + (HEADER_BYTES + length) + " bytes, limit " + maxMessageBytes);
        }
        if (come < HEADER_BYTES + length) {
            return HelloResult.NEED_MORE;
        }
        parse(new Cursor(raw, at + HEADER_BYTES, length));
        return new HelloResult.Hello(new ClientHello(null, List.of(), false, true, 0, null));
    }

    private static void parse(Cursor message) throws RefusedHelloException {
        message.uint8("msg_type");
        message.uint16("version");
        int cipherSpecBytes = message.uint16("cipher_spec_length");
        int sessionIdBytes = message.uint16("session_id_length");
        int challengeBytes = message.uint16("challenge_length");
        if (cipherSpecBytes == 0 || cipherSpecBytes % CIPHER_SPEC_BYTES != 0) {
            throw RefusedHelloException.malformed("cipher_specs of " + cipherSpecBytes + " bytes");
        }
        if (sessionIdBytes != 0 && sessionIdBytes != SESSION_ID_BYTES) {
            throw RefusedHelloException.malformed("session_id of " + sessionIdBytes + " bytes, must be 0 or 16");
        }
        if (challengeBytes < MIN_CHALLENGE_BYTES || challengeBytes > MAX_CHALLENGE_BYTES) {
            throw RefusedHelloException.malformed("challenge of " + challengeBytes + " bytes, must be 16..32");
        }
        message.take(cipherSpecBytes, "cipher_specs");
        message.take(sessionIdBytes, "session_id");
        message.take(challengeBytes, "challenge");
        message.expectEnd("SSLv2 hello");
    }
}
