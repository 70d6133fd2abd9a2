package dev.usher.opening;

import java.nio.ByteBuffer;

/** A dialogue with a backend before the client's bytes: a STARTTLS, an SSLRequest. Stateless. */
public interface BackendGreeting {
    /** The words to the backend, from position to limit; a fresh buffer on each call, with the same bytes. */
    ByteBuffer words();

    /** Upper bound of an answer's bytes; a longer answer is a refusal. */
    int maxAnswerBytes();

    /**
     * Judges the backend's answer so far.
     *
     * @param soFar the whole answer, from position to limit; position and limit are left alone
     */
    Answer hear(ByteBuffer soFar);

    /** The verdict on an answer. */
    enum Answer {
        NEED_MORE,
        /**
         * The client's bytes may follow. No byte may have come after the answer, since the client would take it for a
         * reply to its own bytes.
         */
        ACCEPTED,
        REFUSED
    }
}
