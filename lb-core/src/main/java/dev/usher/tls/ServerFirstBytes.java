package dev.usher.tls;

import java.nio.ByteBuffer;

/** The kind of a backend's first bytes, which tells whether the backend accepted the hello (RFC 8446 section 5.1). */
public enum ServerFirstBytes {
    /** A handshake record, so a ServerHello or HelloRetryRequest: the backend accepted the hello. */
    HANDSHAKE,
    /** A fatal alert in place of a ServerHello: the backend refused the client's request. */
    ALERT,
    /** A fatal internal_error in place of a ServerHello: no client can cause this alert, the backend is at fault. */
    INTERNAL_ERROR,
    /** Anything else. Includes a warning alert: old servers warn about the name and then continue. */
    OTHER,
    /** Not enough bytes to tell. */
    TOO_SHORT;

    private static final int HANDSHAKE_RECORD = 22;
    private static final int ALERT_RECORD = 21;
    private static final int MAJOR_VERSION = 3;
    private static final int LEVEL_OFFSET = 5; // after the record header
    private static final int DESCRIPTION_OFFSET = LEVEL_OFFSET + 1;
    private static final int FATAL = 2; // AlertLevel, RFC 8446 section 6

    /** Examines the backend's bytes so far, from position to limit; moves neither. */
    public static ServerFirstBytes look(ByteBuffer first) {
        int at = first.position();
        int come = first.remaining();
        if (come == 0) {
            return TOO_SHORT;
        }
        int type = first.get(at);
        boolean record = type == HANDSHAKE_RECORD || type == ALERT_RECORD;
        if (!record || (come > 1 && first.get(at + 1) != MAJOR_VERSION)) {
            return OTHER;
        }
        if (type == HANDSHAKE_RECORD) {
            return come > 1 ? HANDSHAKE : TOO_SHORT;
        }
        if (come <= DESCRIPTION_OFFSET) {
            return TOO_SHORT;
        }
        if (first.get(at + LEVEL_OFFSET) != FATAL) {
            return OTHER;
        }
        return first.get(at + DESCRIPTION_OFFSET) == Alert.INTERNAL_ERROR.description() ? INTERNAL_ERROR : ALERT;
    }
}
