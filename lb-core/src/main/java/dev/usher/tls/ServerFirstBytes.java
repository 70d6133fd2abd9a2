package dev.usher.tls;

import java.nio.ByteBuffer;

/** What the first bytes from a backend are, as far as that tells whether it took the hello (RFC 8446 section 5.1). */
public enum ServerFirstBytes {
    /** A handshake record, so a ServerHello or HelloRetryRequest: the backend took it. */
    HANDSHAKE,
    /** A fatal alert in place of a ServerHello, for what the client has asked: the backend refused it. */
    ALERT,
    /** A fatal internal_error in place of a ServerHello: no client can cause it, the backend itself is at fault. */
    INTERNAL_ERROR,
    /** Anything else. A warning alert too: old servers send one about the name and then go on. */
    OTHER,
    /** Not enough bytes to tell. */
    TOO_SHORT;

    private static final int HANDSHAKE_RECORD = 22;
    private static final int ALERT_RECORD = 21;
    private static final int MAJOR_VERSION = 3;
    private static final int LEVEL_OFFSET = 5; // behind the record header
    private static final int DESCRIPTION_OFFSET = LEVEL_OFFSET + 1;
    private static final int FATAL = 2; // AlertLevel, RFC 8446 section 6

    /** Looks at all bytes from the backend so far, from position to limit; moves neither. */
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
