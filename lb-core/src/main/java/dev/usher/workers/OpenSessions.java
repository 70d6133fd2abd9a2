package dev.usher.workers;

import dev.usher.end.CloseReason;
import dev.usher.pool.Backend;
import dev.usher.relay.SessionWalk;
import dev.usher.relay.SharedState;
import dev.usher.relay.WorkerSessions;
import dev.usher.time.Clock;
import dev.usher.time.Moment;
import dev.usher.view.ConnectionView;
import dev.usher.view.ConnectionsView;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Searches the open sessions of every worker, and ends some. A worker takes steps of a fraction of a millisecond, as
 * mail, and serves sessions between steps; the caller waits from step to step. Any thread but a worker's.
 */
public final class OpenSessions {
    /** Sessions shown in a step of a worker: some tens of microseconds. */
    private static final int VIEWS_PER_STEP = 128;
    /** Sessions looked at in a step without being shown. */
    private static final int LOOKS_PER_STEP = 1024;
    /** Sessions ended in a step: each takes system calls, and a few more in the next turn. */
    private static final int ENDS_PER_STEP = 32;

    private static final Comparator<ConnectionView> NEWEST_FIRST =
            Comparator.comparing(ConnectionView::since).reversed();

    private static final Logger log = LoggerFactory.getLogger(OpenSessions.class);

    private final Workers workers;
    private final SharedState shared;
    private final Clock clock;
    /**
     * A worker has one walk at a time. Fair, so that a caller listing again and again does not keep others from
     * closing.
     */
    private final Lock walking = new ReentrantLock(true);

    public OpenSessions(Workers workers, SharedState shared, Clock clock) {
        this.workers = workers;
        this.shared = shared;
        this.clock = clock;
    }

    /** Number of open sessions, without asking a worker. */
    public int count() {
        return shared.room().open();
    }

    /**
     * Lists the newest sessions that match {@code wanted}, at most {@code limit}.
     *
     * @throws IOException if a worker does not answer
     */
    public ConnectionsView list(Predicate<ConnectionView> wanted, int limit) throws IOException {
        Moment now = Moment.now(clock);
        int total = 0;
        int matched = 0;
        List<ConnectionView> newest = new ArrayList<>();
        walking.lock();
        try {
            for (int i = 0; i < workers.count(); i++) {
                SessionWalk walk = workers.ask(i, WorkerSessions::walk);
                int listed = 0;
                for (List<ConnectionView> seen = view(i, walk, now); !seen.isEmpty(); seen = view(i, walk, now)) {
                    total += seen.size();
                    for (ConnectionView connection : seen) {
                        if (wanted.test(connection)) {
                            matched++;
                            if (listed < limit) { // a worker shows its newest sessions first
                                newest.add(connection);
                                listed++;
                            }
                        }
                    }
                }
            }
        } finally {
            walking.unlock();
        }
        newest.sort(NEWEST_FIRST);
        return new ConnectionsView(total, matched, newest.subList(0, Math.min(limit, newest.size())));
    }

    private List<ConnectionView> view(int worker, SessionWalk walk, Moment now) throws IOException {
        return workers.ask(worker, _ -> walk.view(VIEWS_PER_STEP, now));
    }

    /**
     * Ends a session; false if the session is not open.
     *
     * @throws IOException if its worker does not answer
     */
    public boolean end(String cid, CloseReason reason) throws IOException {
        long id = shared.id(cid);
        if (id < 0) {
            return false;
        }
        int worker = (int) (id % workers.count());
        walking.lock();
        try {
            SessionWalk walk = workers.ask(worker, WorkerSessions::walk);
            boolean ended = false;
            while (!ended && !workers.ask(worker, _ -> walk.isOver())) {
                ended = workers.ask(worker, _ -> walk.end(id, reason, LOOKS_PER_STEP));
            }
            return ended;
        } finally {
            walking.unlock();
        }
    }

    /**
     * Ends the sessions on any of these backends.
     *
     * @return the number of sessions ended
     * @throws IOException if a worker does not answer
     */
    public int endAllOf(Collection<Backend> backends, CloseReason reason) throws IOException {
        int ended = 0;
        walking.lock();
        try {
            for (int i = 0; i < workers.count(); i++) {
                SessionWalk walk = workers.ask(i, WorkerSessions::walk);
                while (!workers.ask(i, _ -> walk.isOver())) {
                    ended += workers.ask(i, _ -> walk.end(backends, reason, LOOKS_PER_STEP, ENDS_PER_STEP));
                }
            }
        } finally {
            walking.unlock();
        }
        return ended;
    }

    /** Like {@link #endAllOf}, without making the caller wait. */
    public void endAllOfSoon(Collection<Backend> backends, CloseReason reason) {
        Thread.ofVirtual().name("end sessions of " + backends).start(() -> {
            try {
                endAllOf(backends, reason);
            } catch (IOException e) {
                log.error("some sessions of {} could not be closed: {}", backends, e.getMessage());
            }
        });
    }
}
