package dev.usher.relay;

import dev.usher.end.CloseReason;
import dev.usher.pool.RecentSessions.Outcome;
import org.jspecify.annotations.Nullable;

/**
 * The outcome of one attempt to use a backend, and the blame: whether the backend's counter of failures rises, whether
 * its row of failures grows (a long enough row ejects the backend), and the evidence shown to people. The one table of
 * blame.
 *
 * <p>A client must not be able to eject a backend. So an outcome that a client's hello can cause is counted, and leaves
 * the row alone until another backend answers the same hello ({@link #ANOTHER_ANSWERED}).
 */
enum AttemptOutcome {
    /** Connected, in a protocol without a required answer. Nothing more can be known of the backend's health. */
    CONNECTED(null, Counted.NO, Row.LEFT, Outcome.ANSWERED),
    /** The first bytes came, in a protocol without a required answer. */
    SPOKE(null, Counted.NO, Row.CLEARED, null),
    /** The first bytes came, and are an answer. */
    ANSWERED(null, Counted.NO, Row.CLEARED, Outcome.ANSWERED),
    /** The first bytes came, and refuse the client for the client's own request. */
    ANSWERED_NO(null, Counted.NO, Row.CLEARED, Outcome.ALERT),
    /** The first bytes came, and are too few to be judged. */
    ANSWERED_UNCLEARLY(null, Counted.NO, Row.LEFT, null),
    /** The first bytes say: the backend itself is at fault. */
    ANSWERED_FAULTILY(null, Counted.YES, Row.LONGER, Outcome.ALERT),

    REFUSED(CloseReason.CONNECT_REFUSED, Counted.YES, Row.LONGER, Outcome.NOT_CONNECTED),
    UNREACHABLE(CloseReason.CONNECT_FAILED, Counted.YES, Row.LONGER, Outcome.NOT_CONNECTED),
    TIMED_OUT(CloseReason.CONNECT_TIMEOUT, Counted.YES, Row.LONGER, Outcome.NOT_CONNECTED),
    /** No connection in the time left by earlier attempts, less than a whole connect time-out. */
    TIMED_OUT_HURRIED(CloseReason.CONNECT_TIMEOUT, Counted.YES, Row.LEFT, null),
    /** Connected, but the backend fails the greeting before the client's bytes. */
    GREETING_FAILED(CloseReason.CONNECT_FAILED, Counted.YES, Row.LONGER, Outcome.NOT_CONNECTED),
    /** No descriptor or local port was left: the fault is ours. */
    NO_SOCKET(CloseReason.OUT_OF_SOCKETS, Counted.NO, Row.LEFT, null),

    /** Closed or reset before the first byte; the client's hello may be the cause. */
    CLOSED_EARLY(CloseReason.BACKEND_CLOSED_EARLY, Counted.YES, Row.LEFT, Outcome.CLOSED_EARLY),
    /**
     * Connected, and no byte came in time; the client's hello may be the cause. {@link Attempts#silent} notes the
     * evidence when the time is over, whether or not another backend is found.
     */
    SILENT(CloseReason.BACKEND_SILENT, Counted.YES, Row.LEFT, null),
    /** A later attempt of the same session was answered: the earlier silence was not the hello's fault. Counted by then. */
    ANOTHER_ANSWERED(null, Counted.NO, Row.LONGER, null),

    /** Left before an answer, since probes found the backend down. */
    LEFT_DOWN(CloseReason.BACKEND_DOWN, Counted.NO, Row.LEFT, null),
    /** Left before an answer, since the backend is gone from the configuration. */
    LEFT_REMOVED(CloseReason.BACKEND_REMOVED, Counted.NO, Row.LEFT, null);

    /** Whether the backend's counter of failures rises. */
    enum Counted {
        YES,
        NO
    }

    /** The effect on the backend's row of failures. */
    enum Row {
        /** A failure more; a row of full length ejects the backend. */
        LONGER,
        LEFT,
        CLEARED
    }

    private final @Nullable CloseReason reason;
    private final Counted counted;
    private final Row row;
    private final @Nullable Outcome evidence;

    AttemptOutcome(@Nullable CloseReason reason, Counted counted, Row row, @Nullable Outcome evidence) {
        this.reason = reason;
        this.counted = counted;
        this.row = row;
        this.evidence = evidence;
    }

    /**
     * The outcome of the last attempt, if a connected session ends for this reason.
     *
     * @return null unless the reason is the backend's lack of an answer
     */
    static @Nullable AttemptOutcome unanswered(CloseReason end) {
        if (end == CloseReason.BACKEND_CLOSED_EARLY) {
            return CLOSED_EARLY;
        }
        return end == CloseReason.BACKEND_SILENT ? SILENT : null;
    }

    /** The outcome for a session told to leave its backend for this reason; null unless the backend is gone. */
    static @Nullable AttemptOutcome gone(CloseReason leaving) {
        if (leaving == CloseReason.BACKEND_DOWN) {
            return LEFT_DOWN;
        }
        return leaving == CloseReason.BACKEND_REMOVED ? LEFT_REMOVED : null;
    }

    /** Why the session ends if no other attempt follows. */
    CloseReason reason() {
        if (reason == null) {
            throw new IllegalStateException(this + " ends no session");
        }
        return reason;
    }

    boolean isCounted() {
        return counted == Counted.YES;
    }

    Row row() {
        return row;
    }

    /** The evidence shown to people; null for no evidence. */
    @Nullable
    Outcome evidence() {
        return evidence;
    }

    /** Whether the backend had the client's first bytes and gave no answer: blamed if another backend answers. */
    boolean isUnheard() {
        return this == CLOSED_EARLY || this == SILENT;
    }
}
