package dev.usher.relay;

import dev.usher.end.CloseReason;
import dev.usher.metrics.Counter;
import org.jspecify.annotations.Nullable;

/** The open sessions of one worker, a list linked through the sessions themselves. */
final class SessionList {
    private final Counter count = new Counter();
    private @Nullable OpenSession first;
    /** The last walk; null once the walk is seen to be over. */
    private @Nullable SessionWalk walk;

    /** Number of open sessions. Any thread may read the counter. */
    Counter count() {
        return count;
    }

    /** Begins to walk through the open sessions. */
    SessionWalk walk() {
        SessionWalk begun = new SessionWalk(first);
        walk = begun;
        return begun;
    }

    /** Ends every session. */
    void endAll(CloseReason reason) {
        while (first != null) {
            first.end(reason);
        }
    }

    void add(OpenSession session) {
        session.next = first;
        if (first != null) {
            first.previous = session;
        }
        first = session;
        count.increment();
    }

    /**
     * Cuts the links of the removed session as well: a removed session promoted by the collector would otherwise keep
     * its younger neighbours alive, and so on along the list until a full collection.
     */
    void remove(OpenSession session) {
        if (walk != null) {
            walk.leave(session);
            if (walk.isOver()) {
                walk = null;
            }
        }
        if (session.previous == null) {
            first = session.next;
        } else {
            session.previous.next = session.next;
        }
        if (session.next != null) {
            session.next.previous = session.previous;
        }
        session.next = null;
        session.previous = null;
        count.add(-1);
    }
}
