package dev.usher.end;

/** What the two sides of a session see of its end. */
public enum Ending {
    /** A FIN, before a byte was passed on; whatever was not read is lost, as it must be. */
    CLOSE,
    /**
     * The opening's word for the {@link Refusal} and a FIN, and a short wait for the client to read them; a RST where the
     * opening has no word. The backend side is closed.
     */
    REFUSAL,
    /**
     * Each side by what it has: a FIN if the other side's FIN came and all bytes before it were passed on, else a RST.
     * A protocol that ends by a FIN would take a part for the whole. A RST to a side that has the whole could destroy
     * what is still on its way to it.
     */
    FIN_IF_WHOLE,
    /** A RST to both: one broke off, bytes were lost, or nothing more is to be delivered. */
    RESET
}
