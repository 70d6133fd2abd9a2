package dev.usher.relay;

import dev.usher.end.CloseReason;
import dev.usher.pool.Backend;
import dev.usher.time.Moment;
import dev.usher.view.ConnectionView;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A walk through the open sessions of one worker, newest first, in short steps with other turns between steps. Sees
 * each session open for the whole walk, and some of the sessions that come or go meanwhile. On the worker's thread. A
 * worker has one walk at a time: a new walk ends the earlier walk.
 */
public final class SessionWalk {
    /** The next session; null at the end. */
    private @Nullable OpenSession at;

    SessionWalk(@Nullable OpenSession first) {
        this.at = first;
    }

    /** True exactly when no session is left to see. */
    public boolean isOver() {
        return at == null;
    }

    /** Shows up to {@code most} sessions; an empty list exactly when the walk is over. */
    public List<ConnectionView> view(int most, Moment now) {
        List<ConnectionView> seen = new ArrayList<>();
        for (int i = 0; i < most && at != null; i++) {
            seen.add(step(at).view(now));
        }
        return seen;
    }

    /**
     * Looks at up to {@code most} sessions, and takes up to {@code mostEnded} sessions from these {@code backends}. A
     * session without an answer of a backend that is gone goes on with another backend if possible; else the session
     * ends.
     *
     * @return the number of sessions taken
     */
    public int end(Collection<Backend> backends, CloseReason reason, int most, int mostEnded) {
        int ended = 0;
        for (int i = 0; i < most && ended < mostEnded && at != null; i++) {
            OpenSession session = step(at);
            if (session.hasOneOf(backends)) {
                session.leaveBackend(reason);
                ended++;
            }
        }
        return ended;
    }

    /** Looks at up to {@code most} sessions for this id, and ends the session; false if not found. */
    public boolean end(long id, CloseReason reason, int most) {
        for (int i = 0; i < most && at != null; i++) {
            OpenSession session = step(at);
            if (session.id() == id) {
                session.end(reason);
                return true;
            }
        }
        return false;
    }

    private OpenSession step(OpenSession session) {
        at = session.next;
        return session;
    }

    /** A session goes, and must not be looked at any more. */
    @SuppressWarnings("ReferenceEquality") // the very same session is meant
    void leave(OpenSession session) {
        if (at == session) {
            step(session);
        }
    }
}
