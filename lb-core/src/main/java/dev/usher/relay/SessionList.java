package dev.usher.relay;

import dev.usher.end.CloseReason;
import dev.usher.metrics.Counter;
import org.jspecify.annotations.Nullable;

/** The open sessions of one worker, which are linked through themselves. */
final class SessionList {
    private final Counter count = new Counter();
    private @Nullable OpenSession first;
    /** Who is on the way through the list; null unless somebody looks. */
    private @Nullable SessionWalk walk;

    /** How many there are. Any thread may read it. */
    Counter count() {
        return count;
    }

    /** Begins to walk through the sessions that are open now. */
    SessionWalk walk() {
        SessionWalk begun = new SessionWalk(this, first);
        walk = begun.isOver() ? null : begun;
        return begun;
    }

    /** The walk has come to the end of the list. */
    void walked(SessionWalk over) {
        if (walk == over) {
            walk = null;
        }
    }

    /** Ends all of them. */
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
     * The links of a session that is gone are cut as well: one that the collector has promoted would otherwise keep its
     * younger neighbours, they theirs, and so on until a full collection.
     */
    void remove(OpenSession session) {
        if (walk != null) {
            walk.leave(session);
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
