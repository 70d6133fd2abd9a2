package dev.usher.relay;

import org.jspecify.annotations.Nullable;

/**
 * What a session does at a time: its handlers, and the fields that they alone need, which go with it. A phase never ends
 * the session itself and never begins another one: it says what comes {@link Next}, as the last thing that it does.
 */
sealed interface Phase permits Arrival, Connecting, Greeting, Relaying, Refusing {
    /** Begins; sets the deadline. */
    Next begin();

    /** A side is ready for {@code ops}. */
    Next onReady(Side side, int ops);

    /** The deadline that this phase has set has come. */
    Next onDeadline();

    /**
     * The backend is gone, and is to be left for another one if nothing is lost by that.
     *
     * @return null if it cannot be left: then the session ends
     */
    @Nullable
    Next leaveBackend(AttemptOutcome gone);
}
