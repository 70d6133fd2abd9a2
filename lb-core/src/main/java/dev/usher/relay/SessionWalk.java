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
 * A walk through the open sessions of one worker, the newest first, in short steps with other turns between them. It
 * sees each session that is open from its beginning to its end; of those that come or go meanwhile it sees some. On the
 * worker's thread. A worker has one walk at a time: a new one ends the one before.
 */
public final class SessionWalk {
    private final SessionList list;
    /** The next one to look at; null at the end. */
    private @Nullable OpenSession at;

    SessionWalk(SessionList list, @Nullable OpenSession first) {
        this.list = list;
        this.at = first;
    }

    /** True exactly when all sessions were looked at. */
    public boolean isOver() {
        return at == null;
    }

    /** Shows up to {@code most} sessions; none exactly when the walk is over. */
    public List<ConnectionView> view(int most, Moment now) {
        List<ConnectionView> seen = new ArrayList<>();
        for (int i = 0; i < most && at != null; i++) {
            seen.add(step(at).view(now));
        }
        return seen;
    }

    /**
     * Looks at up to {@code most} sessions, and takes those that have one of these backends from it, up to {@code mostEnded}:
     * they end, but for those that a backend that is gone has not answered yet, and that another can take.
     *
     * @return how many
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

    /** Looks at up to {@code most} sessions for the one of this name, and ends it; false if it was not among them. */
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
        if (at == null) {
            list.walked(this);
        }
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
