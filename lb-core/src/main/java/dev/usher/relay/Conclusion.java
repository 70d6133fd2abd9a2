package dev.usher.relay;

import static dev.usher.relay.RelayFact.BACKEND_BROKEN;
import static dev.usher.relay.RelayFact.BACKEND_DEAF;
import static dev.usher.relay.RelayFact.BYTES_KEPT;
import static dev.usher.relay.RelayFact.BYTES_TO_SEND;
import static dev.usher.relay.RelayFact.CLIENT_BROKEN;
import static dev.usher.relay.RelayFact.CLIENT_DEAF;
import static dev.usher.relay.RelayFact.DOWN_DRAINED;
import static dev.usher.relay.RelayFact.DOWN_ENDED;
import static dev.usher.relay.RelayFact.DOWN_SHUT;
import static dev.usher.relay.RelayFact.REPEATABLE;
import static dev.usher.relay.RelayFact.STARVED;
import static dev.usher.relay.RelayFact.UNANSWERED;
import static dev.usher.relay.RelayFact.UP_DRAINED;
import static dev.usher.relay.RelayFact.UP_ENDED;
import static dev.usher.relay.RelayFact.UP_SHUT;

/**
 * The conclusion after each event of a relay, a pure function of the {@link RelayFact}s. From top to bottom, the first
 * match wins.
 */
enum Conclusion {
    /** The client is gone: both sides get a RST. */
    CLIENT_RESET,
    /** The backend left before its first byte, and the same bytes can be sent to another backend. */
    TRY_ANOTHER,
    /** The backend left before its first byte, and may have acted on bytes that must never be sent twice. */
    GIVE_UP,
    /** The backend broke before the answer: the client is refused. */
    REFUSE,
    /**
     * The backend broke before the answer, and the client has had the backend's FIN: too late for a refusal, so the
     * client gets a RST.
     */
    RESET_UNANSWERED,
    /** The backend broke with bytes under way: a RST is passed on as a RST. */
    BACKEND_RESET,
    /**
     * The backend takes no more bytes, and may have sent the reason before closing: the rest of the backend's bytes is
     * passed on.
     */
    HEAR_OUT,
    /** Bytes were lost. */
    OUT_OF_BUFFERS,
    /** Both directions are over, and every byte was passed on. */
    COMPLETED,
    /** Both directions are over; the backend was the first to close, without a word. */
    CLOSED_EARLY,
    /** Bytes may still come. */
    GO_ON;

    static Conclusion of(int facts) {
        if (CLIENT_BROKEN.in(facts) || CLIENT_DEAF.in(facts)) {
            return CLIENT_RESET;
        }
        if (isLeftUnanswered(facts)) {
            return REPEATABLE.in(facts) ? TRY_ANOTHER : GIVE_UP;
        }
        boolean toldInPart = BYTES_TO_SEND.in(facts) && UNANSWERED.in(facts);
        boolean nothingMoreToHear = DOWN_ENDED.in(facts) || toldInPart;
        if (BACKEND_BROKEN.in(facts) || (BACKEND_DEAF.in(facts) && nothingMoreToHear)) {
            return ofBrokenBackend(facts);
        }
        if (BACKEND_DEAF.in(facts) && !UP_SHUT.in(facts)) {
            return HEAR_OUT;
        }
        if (STARVED.in(facts)) {
            return OUT_OF_BUFFERS;
        }
        if (UP_DRAINED.in(facts) && DOWN_DRAINED.in(facts)) {
            return UNANSWERED.in(facts) && !UP_SHUT.in(facts) ? CLOSED_EARLY : COMPLETED;
        }
        return GO_ON;
    }

    /** True exactly when an answer is awaited, and every byte sent to the backend can be sent to another. */
    static boolean canBeToldAgain(int facts) {
        return UNANSWERED.in(facts) && BYTES_KEPT.in(facts) && !UP_ENDED.in(facts);
    }

    private static boolean isLeftUnanswered(int facts) {
        return canBeToldAgain(facts) && (BACKEND_BROKEN.in(facts) || BACKEND_DEAF.in(facts) || DOWN_ENDED.in(facts));
    }

    /**
     * A broken backend never ends in a bare FIN, unless the backend sent a FIN: the client would take a part for the
     * whole. A FIN read only after a failed write proves nothing, since the kernel reports a RST once, and the write
     * had the report.
     */
    private static Conclusion ofBrokenBackend(int facts) {
        if (UNANSWERED.in(facts)) {
            return DOWN_SHUT.in(facts) ? RESET_UNANSWERED : REFUSE;
        }
        return DOWN_SHUT.in(facts) ? COMPLETED : BACKEND_RESET;
    }
}
