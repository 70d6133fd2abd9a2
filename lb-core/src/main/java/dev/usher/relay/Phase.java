package dev.usher.relay;

import org.jspecify.annotations.Nullable;

/**
 * A stage of a session's life: event handlers, and the fields needed in this stage only. A phase never ends the session
 * and never begins another phase; each handler returns the {@link Next} step instead.
 */
sealed interface Phase permits Hearing, CheckingUser, LookingUp, Connecting, Greeting, Relaying, Refusing {
    /** Begins; sets the deadline, or goes on with the deadline of the phase before. */
    Next begin();

    /** A side is ready for {@code ops}. */
    Next onReady(Side side, int ops);

    /** The deadline set by this phase has come. */
    Next onDeadline();

    /**
     * Leaves a backend that is gone for another, if no byte is lost.
     *
     * @return null if the backend cannot be left: then the session ends
     */
    @Nullable
    Next leaveBackend(AttemptOutcome gone);
}
