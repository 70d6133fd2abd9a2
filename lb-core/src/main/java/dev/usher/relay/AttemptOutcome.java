package dev.usher.relay;

import dev.usher.end.CloseReason;
import dev.usher.pool.RecentSessions.Outcome;
import org.jspecify.annotations.Nullable;

/**
 * The outcome of one attempt to use a backend, and the blame: whether the backend's counter of failures rises, whether
 * its row of failures grows (a long enough row ejects the backend), and the evidence shown to people. The one table of
 * blame.
 *
 * <p>A client must not be able to eject a backend. So an outcome that a client's opening can cause is counted, and leaves
 * the row alone until another backend answers the same opening ({@link #ANOTHER_ANSWERED}).
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
    /** No descriptor, local port or memory was left, or the client's address cannot be the source: no fault of the backend. */
    NO_SOCKET(CloseReason.OUT_OF_SOCKETS, Counted.NO, Row.LEFT, null),

    /** Connected, but the backend fails the greeting; a client may ask a backend in a protocol that is not its own. */
    GREETING_FAILED(CloseReason.CONNECT_FAILED, Counted.YES, Row.LEFT, Outcome.CLOSED_EARLY, Unheard.YES),
    /** The same, without an answer in time. */
    GREETING_LATE(CloseReason.CONNECT_TIMEOUT, Counted.YES, Row.LEFT, Outcome.SILENT, Unheard.YES),
    /** Closed or reset before the first byte; the client's opening may be the cause. */
    CLOSED_EARLY(CloseReason.BACKEND_CLOSED_EARLY, Counted.YES, Row.LEFT, Outcome.CLOSED_EARLY, Unheard.YES),
    /** Connected, and no byte came in time. Evidence at this moment, whether or not another backend is found. */
    LATE(null, Counted.NO, Row.LEFT, Outcome.SILENT),
    /** Given up after {@link #LATE}; the client's opening may be the cause. */
    SILENT(CloseReason.BACKEND_SILENT, Counted.YES, Row.LEFT, null, Unheard.YES),
    /** A later attempt of the same session was answered: the earlier silence was not the opening's fault. Counted by then. */
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

    /** Whether the backend had the client's first bytes and gave no answer. */
    private enum Unheard {
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
    private final Unheard unheard;

    AttemptOutcome(@Nullable CloseReason reason, Counted counted, Row row, @Nullable Outcome evidence) {
        this(reason, counted, row, evidence, Unheard.NO);
    }

    AttemptOutcome(
            @Nullable CloseReason reason, Counted counted, Row row, @Nullable Outcome evidence, Unheard unheard) {
        this.reason = reason;
        this.counted = counted;
        this.row = row;
        this.evidence = evidence;
        this.unheard = unheard;
    }

    /**
     * The outcome of the attempt under way, for a session that ends or leaves the backend for this reason.
     *
     * @return null if the reason says nothing of the backend, or the outcome was known before the end
     */
    static @Nullable AttemptOutcome of(CloseReason reason) {
        return switch (reason) {
            case BACKEND_CLOSED_EARLY -> CLOSED_EARLY;
            case BACKEND_SILENT -> SILENT;
            case BACKEND_DOWN -> LEFT_DOWN;
            case BACKEND_REMOVED -> LEFT_REMOVED;
            // the attempts that failed have had their outcomes
            case LOOP, NO_BACKEND, CONNECT_REFUSED, CONNECT_TIMEOUT, CONNECT_FAILED, OUT_OF_SOCKETS -> null;
            // the backend has answered, or owes no answer
            case COMPLETED, BACKEND_RESET -> null;
            // the client's end, a limit, or an order
            case CLIENT_RESET, MALFORMED_BODY, IDLE_TIMEOUT, HALF_CLOSED_TIMEOUT, MAX_LIFETIME -> null;
            case OUT_OF_BUFFERS, SHUTDOWN, KILLED, BUG -> null;
            // no backend was tried
            case NAME_NOT_FOUND, NAME_LOOKUP_FAILED, NAME_LOOKUPS_FULL, ADDRESS_REFUSED -> null;
            case REDIRECTED, CLIENT_GONE_BEFORE_HELLO, HELLO_TIMEOUT, HELLO_EVICTED, HELLO_TOO_LARGE -> null;
            case POSTGRES_EARLY_BYTES, POSTGRES_CANCEL, POSTGRES_WITHOUT_TLS -> null;
            case NOT_TLS, HTTP_ON_TLS, TLS_ON_HTTP, NOT_HTTP, REQUEST_TOO_LARGE -> null;
            case MALFORMED_HELLO, MALFORMED_REQUEST, AMBIGUOUS_REQUEST, PROXY_NOT_TRUSTED, PROXY_HEADER -> null;
            case NO_SNI, NO_SNI_CLOSED, INVALID_NAME, UNKNOWN_NAME, UNKNOWN_NAME_CLOSED -> null;
            case CLIENT_CONNECTIONS, CLIENT_RATE, DENIED, PORT_DENIED, AUTH_METHOD -> null;
            case AUTH_FAILED,
                    AUTH_THROTTLED,
                    AUTH_OVERLOADED,
                    PLAIN_DENIED,
                    NOT_SOCKS,
                    MALFORMED_SOCKS,
                    SOCKS_COMMAND -> null;
            // the backend was connected, and had no byte
            case SNI_MISMATCH -> null;
        };
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
        return unheard == Unheard.YES;
    }
}
