package dev.usher.relay;

import dev.usher.config.Spelling;

/**
 * The life of one session. Changes only in {@code Session.moveTo}, on the session's own worker; each state has one
 * deadline.
 *
 * <pre>
 *            accepted
 *               |
 *        AWAITING_HELLO --------------------------+
 *               |  (at once with type tcp)          |
 *               |----> RESOLVING -------------------+
 *               |          |   (the client names    |
 *               v          v    the backend)        |
 *   +---- CONNECTING <--+ next backend              |
 *   |        |  ^  |____|                           |
 *   |        v  | replay: no answer to the opening  |
 *   |     RELAYING -------------+                   |
 *   |        |                  |                   |
 *   |        v                  v                   v
 *   |    HALF_CLOSED       REFUSING <---------------+   a refusal was sent; from every state before
 *   |        |                  |
 *   |        v                  v
 *   +---> CLOSED  <-------------+                       from every state
 * </pre>
 */
enum SessionState {
    /**
     * Collecting client bytes until the PROXY header, if due, and the opening (on a TLS listener the ClientHello) are
     * whole. The time-out runs from accept: {@code client_hello.timeout}, or {@code http.timeout} with type http. The
     * time goes on while a user is checked; the client is not read meanwhile.
     */
    AWAITING_HELLO,
    /** The host that the client asks for is looked up; the client is not read. {@code resolve.timeout} runs. */
    RESOLVING,
    /**
     * A backend is chosen, and its connect or its greeting is under way; the client is not read. The connect time-out
     * runs. Then, if the client has to go on before bytes flow, the client's opening behind our word for "connected"; the
     * time-out of the opening runs anew.
     */
    CONNECTING,
    /**
     * Bytes flow both ways. The idle time-out runs from the last byte; before the backend's first byte, the shorter
     * {@code first_byte} applies too.
     */
    RELAYING,
    /**
     * Bytes flow in one direction only: the other has ended, by a FIN passed on or a backend that takes no more. The
     * half-closed time-out runs from the last byte.
     */
    HALF_CLOSED,
    /**
     * The client was sent the opening's refusal (on a TLS listener an alert) and a FIN. The client is read until its
     * FIN, so that no RST destroys the refusal. A time-out of a second runs.
     */
    REFUSING,
    /** Both channels are given up and all buffers returned. Final. */
    CLOSED;

    private final String word = Spelling.snake(this);

    /** The word for people: the constant in snake_case. */
    String word() {
        return word;
    }

    boolean mayBecome(SessionState next) {
        return switch (this) {
            case AWAITING_HELLO -> next == RESOLVING || next == CONNECTING || next == REFUSING || next == CLOSED;
            case RESOLVING -> next == CONNECTING || next == REFUSING || next == CLOSED;
            case CONNECTING -> next == CONNECTING || next == RELAYING || next == REFUSING || next == CLOSED;
            case RELAYING -> next == CONNECTING || next == HALF_CLOSED || next == REFUSING || next == CLOSED;
            case HALF_CLOSED -> next == REFUSING || next == CLOSED;
            case REFUSING -> next == CLOSED;
            case CLOSED -> false;
        };
    }
}
