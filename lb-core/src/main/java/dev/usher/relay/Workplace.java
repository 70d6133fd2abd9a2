package dev.usher.relay;

import dev.usher.loop.Worker;
import dev.usher.metrics.Counter;
import java.util.function.Supplier;

/**
 * What the sessions of one worker share: the worker, what is in force, who is told, what is counted, and the list of them.
 * On the worker's thread, but for the counters.
 */
final class Workplace {
    private final int index;
    private final int workers;
    private final Worker worker;
    private final Supplier<Routing> routing;
    private final SessionLog log;
    private final WorkerSessions.Shared shared;
    private final SessionList sessions = new SessionList();
    private final UnfinishedOpenings unfinished;
    private final NamesAsked names = new NamesAsked();
    private final Counter received = new Counter();
    private final Counter sent = new Counter();
    private long sessionsBegun;

    /**
     * @param index of the worker, from 0
     * @param workers how many there are
     * @param routing what is in force
     */
    Workplace(
            int index,
            int workers,
            Worker worker,
            Supplier<Routing> routing,
            SessionLog log,
            WorkerSessions.Shared shared) {
        this.index = index;
        this.workers = workers;
        this.worker = worker;
        this.routing = routing;
        this.log = log;
        this.shared = shared;
        this.unfinished = new UnfinishedOpenings(worker);
    }

    int index() {
        return index;
    }

    Worker worker() {
        return worker;
    }

    /** What is in force now; used up within the same turn. */
    Routing routing() {
        return routing.get();
    }

    SessionLog log() {
        return log;
    }

    WorkerSessions.Shared shared() {
        return shared;
    }

    /** The sessions that are open. */
    SessionList sessions() {
        return sessions;
    }

    /** What clients have begun to say. */
    UnfinishedOpenings unfinished() {
        return unfinished;
    }

    /** What the clients ask for. */
    NamesAsked names() {
        return names;
    }

    /** Bytes from clients that were passed on. */
    Counter received() {
        return received;
    }

    /** Bytes from backends that were passed on. */
    Counter sent() {
        return sent;
    }

    /** Unique in this process, and rising: workers take turns, so that the rest by their number is this one's index. */
    long nextId() {
        return sessionsBegun++ * workers + index;
    }
}
