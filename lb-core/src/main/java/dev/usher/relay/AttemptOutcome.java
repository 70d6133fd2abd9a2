package dev.usher.relay;

import dev.usher.end.CloseReason;
import dev.usher.pool.RecentSessions.Outcome;
import org.jspecify.annotations.Nullable;

/**
 * How one attempt to use a backend turned out, and whose fault that is: whether it counts as a failure of the backend,
 * what it does to the backend's row of failures, which ejects it when it is long enough, and what people are shown of it.
 * The one table of blame.
 *
 * <p>A client must not be able to eject a backend. So an outcome that a client's own hello can cause counts, but leaves
 * the row alone, until another backend answers the same hello ({@link #ANOTHER_ANSWERED}).
 */
enum AttemptOutcome {
    /** Connected, of a protocol in which no backend has to answer: more cannot be known of how the session went. */
    CONNECTED(null, Counted.NO, Row.LEFT, Outcome.ANSWERED),
    /** The first bytes came, of a protocol in which no backend has to answer. */
    SPOKE(null, Counted.NO, Row.CLEARED, null),
    /** The first bytes came, and are an answer. */
    ANSWERED(null, Counted.NO, Row.CLEARED, Outcome.ANSWERED),
    /** The first bytes came, and refuse the client for the client's own request. */
    ANSWERED_NO(null, Counted.NO, Row.CLEARED, Outcome.ALERT),
    /** The first bytes came, and are too few to be judged. */
    ANSWERED_UNCLEARLY(null, Counted.NO, Row.LEFT, null),
    /** The first bytes say that the backend itself is at fault. */
    ANSWERED_FAULTILY(null, Counted.YES, Row.LONGER, Outcome.ALERT),

    REFUSED(CloseReason.CONNECT_REFUSED, Counted.YES, Row.LONGER, Outcome.NOT_CONNECTED),
    UNREACHABLE(CloseReason.CONNECT_FAILED, Counted.YES, Row.LONGER, Outcome.NOT_CONNECTED),
    TIMED_OUT(CloseReason.CONNECT_TIMEOUT, Counted.YES, Row.LONGER, Outcome.NOT_CONNECTED),
    /** No connection in the time that earlier attempts had left, which was less than the backend should have. */
    TIMED_OUT_HURRIED(CloseReason.CONNECT_TIMEOUT, Counted.YES, Row.LEFT, null),
    /** Connected, but the backend does not answer the greeting that comes before the client's bytes. */
    GREETING_FAILED(CloseReason.CONNECT_FAILED, Counted.YES, Row.LONGER, Outcome.NOT_CONNECTED),
    /** No descriptor or local port was left: the fault is ours. */
    NO_SOCKET(CloseReason.OUT_OF_SOCKETS, Counted.NO, Row.LEFT, null),

    /** Closed or reset before the first byte, perhaps because of what the client's hello asks for. */
    CLOSED_EARLY(CloseReason.BACKEND_CLOSED_EARLY, Counted.YES, Row.LEFT, Outcome.CLOSED_EARLY),
    /**
     * Connected, and no byte came in time; perhaps because of what the client's hello asks for. Evidence of it is noted
     * when the time is over ({@link Attempts#silent}), whether or not there is another backend.
     */
    SILENT(CloseReason.BACKEND_SILENT, Counted.YES, Row.LEFT, null),
    /** A later attempt of the same session was answered: the earlier silence was not the hello's fault. Counted by then. */
    ANOTHER_ANSWERED(null, Counted.NO, Row.LONGER, null),

    /** Left before an answer, since probes found the backend down. */
    LEFT_DOWN(CloseReason.BACKEND_DOWN, Counted.NO, Row.LEFT, null),
    /** Left before an answer, since the backend is gone from the configuration. */
    LEFT_REMOVED(CloseReason.BACKEND_REMOVED, Counted.NO, Row.LEFT, null);

    /** Whether the backend's counter of failures counts it. */
    enum Counted {
        YES,
        NO
    }

    /** What becomes of the backend's row of failures. */
    enum Row {
        /** One more; the one that completes the row ejects. */
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
     * The outcome of the last attempt of a session that ends for this reason while it is connected.
     *
     * @return null unless the reason is the backend's lack of an answer
     */
    static @Nullable AttemptOutcome unanswered(CloseReason end) {
        if (end == CloseReason.BACKEND_CLOSED_EARLY) {
            return CLOSED_EARLY;
        }
        return end == CloseReason.BACKEND_SILENT ? SILENT : null;
    }

    /** The outcome for a session that is to leave its backend for this reason; null unless the backend is gone. */
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

    /** The evidence of it that people are shown; null for none. */
    @Nullable
    Outcome evidence() {
        return evidence;
    }

    /** Whether the backend had the client's first bytes and gave no answer: to be blamed if another one answers. */
    boolean isUnheard() {
        return this == CLOSED_EARLY || this == SILENT;
    }
}
