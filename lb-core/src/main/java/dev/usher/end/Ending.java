package dev.usher.end;

/** The end of a session, as seen by its two sides. */
public enum Ending {
    /** A FIN, before a byte was passed on; unread bytes are lost. */
    CLOSE,
    /**
     * The opening's word for the {@link Refusal} and a FIN, and a short wait for the client to read both; a RST if the
     * opening has no word. The backend side is closed.
     */
    REFUSAL,
    /**
     * A FIN to a side that has the whole: the other side's FIN came, and every byte before the FIN was passed on. Any
     * other side gets a RST, since a protocol that ends by a FIN would take a part for the whole. A RST to a side with
     * the whole could destroy bytes still on the way.
     */
    FIN_IF_WHOLE,
    /** A RST to both sides: a side broke off, bytes were lost, or nothing more is to be delivered. */
    RESET
}
