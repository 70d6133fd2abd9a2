package dev.usher.opening;

import java.nio.ByteBuffer;

/**
 * The end of the client's message, in a protocol where bytes behind the message must never reach the backend. Asked
 * once for each of the client's bytes behind the opening, in order.
 */
@FunctionalInterface
public interface Boundary {
    /** Result of {@link #within} for bytes that no backend may get: the session ends. */
    int BROKEN = -1;

    /**
     * The number of the next bytes that may go to the backend; the others are dropped.
     *
     * @param next from position to limit; position and limit are left alone
     * @return at most {@code next.remaining()}, or {@link #BROKEN}
     */
    int within(ByteBuffer next);
}
