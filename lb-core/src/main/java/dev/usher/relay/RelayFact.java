package dev.usher.relay;

/**
 * Facts about a relay after an event, the input of {@link Conclusion}. Each fact is one bit of an int, so no object is
 * made.
 */
enum RelayFact {
    /** A read from the client failed. */
    CLIENT_BROKEN(0),
    /** A write to the client failed. */
    CLIENT_DEAF(1),
    /** A read from the backend failed. */
    BACKEND_BROKEN(2),
    /** A write to the backend failed; earlier bytes of the backend may still be readable. */
    BACKEND_DEAF(3),
    /** The client's FIN was read, or the backend takes no more. */
    UP_ENDED(4),
    /** {@link #UP_ENDED}, and every byte before the FIN was written. */
    UP_DRAINED(5),
    /** The client's FIN was passed on. */
    UP_SHUT(6),
    /** The backend's FIN was read. */
    DOWN_ENDED(7),
    /** {@link #DOWN_ENDED}, and every byte before the FIN was written. */
    DOWN_DRAINED(8),
    /** The backend's FIN was passed on. */
    DOWN_SHUT(9),
    /** Bytes were lost in one direction, since no buffer was left to hold a rest. */
    STARVED(10),
    /** Every byte sent to the backend is kept. */
    BYTES_KEPT(11),
    /** Some of the kept bytes have yet to be sent. */
    BYTES_TO_SEND(12),
    /** The protocol expects an answer of the backend, and no byte has come. */
    UNANSWERED(13),
    /** The protocol lets the same bytes be sent to another backend. */
    REPEATABLE(14);

    private final int bit;

    /** @param place of the fact's bit, from 0; different for each fact */
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
