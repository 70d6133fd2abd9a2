package dev.usher.opening;

import java.nio.ByteBuffer;

/** What a backend is told before the client's bytes, and must answer: a STARTTLS, an SSLRequest. Stateless. */
public interface BackendGreeting {
    /** What it is told, from position to limit; the caller's own, and the same each time. */
    ByteBuffer words();

    /** The most bytes that an answer has; a longer one is a refusal. */
    int maxAnswerBytes();

    /**
     * Looks at what the backend has answered so far.
     *
     * @param soFar all of it, from position to limit; neither is moved
     */
    Answer hear(ByteBuffer soFar);

    /** What the answer amounts to. */
    enum Answer {
        NEED_MORE,
        /** The client's bytes may follow. Nothing may have come behind the answer: it could be taken for the client's. */
        ACCEPTED,
        REFUSED
    }
}
