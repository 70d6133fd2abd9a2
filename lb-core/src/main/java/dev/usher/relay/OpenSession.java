package dev.usher.relay;

import dev.usher.end.CloseReason;
import dev.usher.pool.Backend;
import dev.usher.time.Moment;
import dev.usher.view.ConnectionView;
import java.net.InetAddress;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/**
 * An open session, as seen by the worker's list of sessions and by walks through the list. A class for the sake of the
 * links: nothing to allocate, nothing to search.
 */
abstract class OpenSession {
    /** Neighbours in the {@link SessionList}, changed by the list alone. */
    @Nullable
    OpenSession previous;

    @Nullable
    OpenSession next;

    abstract long id();

    /** The client's address, by a trusted proxy's header once that is read; null for a client of a unix socket. */
    abstract @Nullable InetAddress clientAddress();

    abstract ConnectionView view(Moment now);

    /** Ends the session in any state, at once; no effect on an ended session. */
    abstract void end(CloseReason reason);

    /**
     * Leaves the backend. If the backend is gone, a session without an answer goes on with another backend; else the
     * session ends.
     */
    abstract void leaveBackend(CloseReason reason);

    /** True exactly while the session counts as open on one of {@code backends}. */
    abstract boolean hasOneOf(Collection<Backend> backends);
}
