package dev.usher.relay;

/**
 * Facts about a relay after an event, from which {@link Conclusion} follows. Each is one bit of an int, so that asking
 * makes no object.
 */
enum RelayFact {
    /** A read from the client failed. */
    CLIENT_BROKEN(0),
    /** A write to the client failed. */
    CLIENT_DEAF(1),
    /** A read from the backend failed. */
    BACKEND_BROKEN(2),
    /** A write to the backend failed; bytes that it sent before may still be there to be read. */
    BACKEND_DEAF(3),
    /** The client's FIN was read, or the backend takes no more. */
    UP_ENDED(4),
    /** {@link #UP_ENDED}, and all bytes before it were written. */
    UP_DRAINED(5),
    /** The client's FIN was passed on. */
    UP_SHUT(6),
    /** The backend's FIN was read. */
    DOWN_ENDED(7),
    /** {@link #DOWN_ENDED}, and all bytes before it were written. */
    DOWN_DRAINED(8),
    /** The backend's FIN was passed on. */
    DOWN_SHUT(9),
    /** Bytes of one direction were lost, since no buffer was left to hold them. */
    STARVED(10),
    /** All that the backend was told is kept. */
    BYTES_KEPT(11),
    /** Some of what is kept has yet to be sent. */
    BYTES_TO_SEND(12),
    /** The protocol expects an answer of the backend, and none has come. */
    UNANSWERED(13),
    /** The protocol lets another backend be told the same. */
    REPEATABLE(14);

    private final int bit;

    /** @param place of its bit, from 0; no two have the same */
    RelayFact(int place) {
        this.bit = 1 << place;
    }

    /** This fact's bit where {@code holds}, else 0. */
    int when(boolean holds) {
        return holds ? bit : 0;
    }

    boolean in(int facts) {
        return (facts & bit) != 0;
    }
}
