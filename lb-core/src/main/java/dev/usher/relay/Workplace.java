package dev.usher.relay;

import dev.usher.loop.Worker;
import dev.usher.metrics.Counter;
import java.util.function.Supplier;

/**
 * The surroundings shared by the sessions of one worker: the worker, the routing in force, the log, the counters, and
 * the list of sessions. On the worker's thread, except for the counters.
 */
final class Workplace {
    private final int index;
    private final int workers;
    private final Worker worker;
    private final Supplier<Routing> routing;
    private final SessionLog log;
    private final SharedState shared;
    private final SessionList sessions = new SessionList();
    private final UnfinishedOpenings unfinished;
    private final ClientBytes gone;
    private final NamesAsked names = new NamesAsked();
    private final FailedSessions failed = new FailedSessions();
    private final Counter received = new Counter();
    private final Counter sent = new Counter();
    private long sessionsBegun;

    /**
     * @param index of the worker, from 0
     * @param workers number of workers
     * @param routing the routing in force
     */
    Workplace(int index, int workers, Worker worker, Supplier<Routing> routing, SessionLog log, SharedState shared) {
        this.index = index;
        this.workers = workers;
        this.worker = worker;
        this.routing = routing;
        this.log = log;
        this.shared = shared;
        this.unfinished = new UnfinishedOpenings(worker, shared.draws());
        this.gone = new ClientBytes(null, worker, unfinished);
    }

    /** Number of workers. */
    int workers() {
        return workers;
    }

    int index() {
        return index;
    }

    Worker worker() {
        return worker;
    }

    /** The routing in force, for use within the same turn only. */
    Routing routing() {
        return routing.get();
    }

    SessionLog log() {
        return log;
    }

    SharedState shared() {
        return shared;
    }

    /** The open sessions. */
    SessionList sessions() {
        return sessions;
    }

    /** The unfinished openings. */
    UnfinishedOpenings unfinished() {
        return unfinished;
    }

    /** The first bytes of every session that has given up its own: no buffer, and nothing to send. */
    ClientBytes gone() {
        return gone;
    }

    /** The names asked for by clients. */
    NamesAsked names() {
        return names;
    }

    /** The last sessions that failed. */
    FailedSessions failed() {
        return failed;
    }

    /** Bytes passed on from clients. */
    Counter received() {
        return received;
    }

    /** Bytes passed on from backends. */
    Counter sent() {
        return sent;
    }

    /**
     * The next session id, unique in this process and rising. Workers take turns: the remainder by the number of
     * workers is this worker's index.
     */
    long nextId() {
        return sessionsBegun++ * workers + index;
    }
}
