package dev.usher.tls;

import java.nio.ByteBuffer;

/**
 * A fatal alert that can be sent in place of a ServerHello, before any key exists (RFC 8446 section 6):
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
    /** A field has a value that its own rules forbid. */
    ILLEGAL_PARAMETER(47),
    /** The client may not use what it asks for. */
    ACCESS_DENIED(49),
    /** The hello cannot be read. */
    DECODE_ERROR(50),
    /** The client is not to blame: no backend can be reached. */
    INTERNAL_ERROR(80),
    /** A name is needed, and the hello has none. */
    MISSING_EXTENSION(109),
    /** Nobody here has that name (RFC 6066 section 3). */
    UNRECOGNIZED_NAME(112);

    private final int description;

    Alert(int description) {
        this.description = description;
    }

    /** The AlertDescription of the TLS registry. */
    public int description() {
        return description;
    }

    /** The whole record, ready to be written; the caller's own. */
    public ByteBuffer record() {
        return ByteBuffer.wrap(new byte[] {21, 3, 3, 0, 2, 2, (byte) description});
    }
}
