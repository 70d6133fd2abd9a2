package dev.usher.tls;

import java.nio.ByteBuffer;

/**
 * A fatal alert that may be sent in place of a ServerHello, before any key exists (RFC 8446 section 6):
 *
 * <pre>
 * uint8  type                     21, alert
 * uint16 legacy_record_version    0x0303
 * uint16 length                   2
 * uint8  level                    2, fatal
 * uint8  description
 * </pre>
 */
public enum Alert {
    /** TLS is not spoken here. */
    UNEXPECTED_MESSAGE(10),
    /** A field has a forbidden value. */
    ILLEGAL_PARAMETER(47),
    /** The client is not allowed to use this service. */
    ACCESS_DENIED(49),
    /** The hello cannot be parsed. */
    DECODE_ERROR(50),
    /** No backend can be reached; the client is not to blame. */
    INTERNAL_ERROR(80),
    /** The hello has no server name, and needs one. */
    MISSING_EXTENSION(109),
    /** The server name is unknown here (RFC 6066 section 3). */
    UNRECOGNIZED_NAME(112);

    private final int description;

    Alert(int description) {
        this.description = description;
    }

    /** The AlertDescription of the TLS registry. */
    public int description() {
        return description;
    }

    /** The whole record, in a new buffer that the caller may write from. */
    public ByteBuffer record() {
        return ByteBuffer.wrap(new byte[] {21, 3, 3, 0, 2, 2, (byte) description});
    }
}
