package dev.usher.relay;

import dev.usher.config.HostPort;
import dev.usher.end.CloseReason;
import dev.usher.end.Ending;
import dev.usher.login.Credentials;

/**
 * The next step of a session, chosen by a phase; {@link Session} alone acts on it. Constants, and records made a few
 * times in a connection's life: nothing is made per event.
 */
sealed interface Next {
    /** The phase goes on. */
    Next STAY = new Stay();
    /** The pool is chosen: a backend is to be connected. */
    Next CONNECT = new Connect();
    /** The backend is connected, and has to answer a greeting before the client's bytes. */
    Next GREET = new Greet();
    /** The backend is connected, and the client has to say the opening within its opening first. */
    Next VET = new Vet();
    /** The backend is connected: bytes flow. */
    Next RELAY = new Relay();
    /** The relay has ended in one direction. */
    Next HALF_CLOSE = new HalfClose();

    record Stay() implements Next {}

    /** The client says that it is a user, which is to be checked; a known user is heard on by {@code asking}. */
    record CheckUser(Credentials said, Hearing asking) implements Next {}

    /** The user is known: the phase that asked goes on, with the bytes that have come already. */
    record HearOn(Hearing asking) implements Next {}

    /** The pool is chosen, and the client names the backend: this address is to be looked up. */
    record LookUp(HostPort address) implements Next {}

    record Connect() implements Next {}

    record Greet() implements Next {}

    record Vet() implements Next {}

    record Relay() implements Next {}

    record HalfClose() implements Next {}

    /** The attempt has failed, and another backend is to be tried. */
    record TryAnother(AttemptOutcome outcome) implements Next {}

    /** The client is refused, before any byte of a backend. */
    record Refuse(CloseReason reason) implements Next {}

    /** The session ends. */
    record End(CloseReason reason, Ending ending) implements Next {
        /** Ends as the reason prescribes. */
        End(CloseReason reason) {
            this(reason, reason.ending());
        }
    }
}
