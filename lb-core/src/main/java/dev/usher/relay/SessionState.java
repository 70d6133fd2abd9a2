package dev.usher.relay;

import dev.usher.config.Spelling;

/**
 * The life of one session. Changes only in {@code Session.moveTo}, on the session's own worker; each state has one
 * deadline.
 *
 * <pre>
 *            accepted
 *               |
 *        AWAITING_HELLO ----------------------------+
 *               |  (skipped by type tcp)            |
 *               v                                   |
 *   +---- CONNECTING <--+ next backend              |
 *   |        |  ^  |____|                           |
 *   |        v  | replay: no answer to the hello    |
 *   |     RELAYING -------------+                   |
 *   |        |                  |                   |
 *   |        v                  v                   v
 *   |    HALF_CLOSED       REFUSING <---------------+   an alert was sent; from every state before it
 *   |        |                  |
 *   |        v                  v
 *   +---> CLOSED  <-------------+                       from every state
 * </pre>
 */
enum SessionState {
    /** Collecting client bytes until a PROXY header, if one is due, and the ClientHello are whole. The time-out runs from accept. */
    AWAITING_HELLO,
    /** A backend was chosen and its connect is in flight; the client is not read. The connect time-out runs. */
    CONNECTING,
    /** Bytes flow both ways. The idle time-out runs from the last byte; before the backend's first, the shorter one for that. */
    RELAYING,
    /** One direction has ended, by a FIN that was passed on or a backend that takes no more; the other still flows. The half-closed time-out runs from the last byte. */
    HALF_CLOSED,
    /** The client was sent an alert and a FIN, and is read until its FIN, so that no RST destroys the alert. A second runs. */
    REFUSING,
    /** Both channels are given up and all buffers returned. Final. */
    CLOSED;

    private final String word = Spelling.snake(this);

    /** As people are shown it: the constant in snake_case. */
    String word() {
        return word;
    }

    boolean mayBecome(SessionState next) {
        return switch (this) {
            case AWAITING_HELLO -> next == CONNECTING || next == REFUSING || next == CLOSED;
            case CONNECTING -> next == CONNECTING || next == RELAYING || next == REFUSING || next == CLOSED;
            case RELAYING -> next == CONNECTING || next == HALF_CLOSED || next == REFUSING || next == CLOSED;
            case HALF_CLOSED -> next == REFUSING || next == CLOSED;
            case REFUSING -> next == CLOSED;
            case CLOSED -> false;
        };
    }
}
