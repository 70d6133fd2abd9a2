package dev.usher.relay;

import dev.usher.end.CloseReason;
import dev.usher.pool.Backend;
import dev.usher.time.Moment;
import dev.usher.view.ConnectionView;
import java.net.InetAddress;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/**
 * An open session, as far as the worker's list of them, and those who walk through it, have to know. A class for the sake
 * of the links: nothing to allocate, nothing to search.
 */
abstract class OpenSession {
    /** Neighbours in the {@link SessionList}, which alone changes them. */
    @Nullable
    OpenSession previous;

    @Nullable
    OpenSession next;

    abstract long id();

    /** Where the client is, as far as it is known. */
    abstract InetAddress clientAddress();

    abstract ConnectionView view(Moment now);

    /** Ends the session in any state, at once; of one that has ended nothing is left to do. */
    abstract void end(CloseReason reason);

    /** Its backend is to be left: where that is gone, a session without an answer goes on with another, if there is one. */
    abstract void leaveBackend(CloseReason reason);

    /** True exactly while it counts as open on one of these. */
    abstract boolean hasOneOf(Collection<Backend> backends);
}
