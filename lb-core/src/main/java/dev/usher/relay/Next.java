package dev.usher.relay;

import dev.usher.end.CloseReason;
import dev.usher.end.Ending;

/**
 * What a phase says comes next; {@link Session} alone acts on it. Constants, and records that are made a few times in the
 * life of a connection: nothing is made per event.
 */
sealed interface Next {
    /** The phase goes on. */
    Next STAY = new Stay();
    /** The pool is chosen: a backend is to be connected. */
    Next CONNECT = new Connect();
    /** The backend is connected, and has to answer a greeting before it gets the client's bytes. */
    Next GREET = new Greet();
    /** The backend is connected: bytes flow. */
    Next RELAY = new Relay();
    /** One direction of the relay has ended. */
    Next HALF_CLOSE = new HalfClose();

    record Stay() implements Next {}

    record Connect() implements Next {}

    record Greet() implements Next {}

    record Relay() implements Next {}

    record HalfClose() implements Next {}

    /** The backend did not do, and another one is to be tried. */
    record TryAnother(AttemptOutcome outcome) implements Next {}

    /** The client, which has not had a byte, is refused. */
    record Refuse(CloseReason reason) implements Next {}

    /** The session ends. */
    record End(CloseReason reason, Ending ending) implements Next {
        /** With the ending that is the reason's own. */
        End(CloseReason reason) {
            this(reason, reason.ending());
        }
    }
}
