package dev.usher.relay;

import dev.usher.config.Address;
import dev.usher.config.ListenerConfig;
import dev.usher.end.CloseReason;
import dev.usher.loop.Worker;
import dev.usher.metrics.Counter;
import java.io.IOException;
import java.net.SocketAddress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * The listeners and sessions of one worker, for the rest of the program. Everything here but the counters belongs to
 * the worker's thread; other threads post a task through {@link Worker#submit}.
 */
public final class WorkerSessions {
    private final Workplace place;
    private final Map<String, WorkerListener> listeners = new LinkedHashMap<>();
    private final Counter acceptPauses = new Counter();

    /**
     * @param index of the worker, from 0
     * @param workers number of workers
     * @param routing the routing in force
     */
    public WorkerSessions(
            int index, int workers, Worker worker, Supplier<Routing> routing, SessionLog log, SharedState shared) {
        this.place = new Workplace(index, workers, worker, routing, log, shared);
    }

    /**
     * Opens the sockets of a listener's place, accepting from {@link #follow} on.
     *
     * @param address the address of {@code bind} of the configuration
     * @param others doors of the other workers, if the socket is for all workers; else empty
     * @return the bound address
     */
    public SocketAddress open(
            ListenerConfig config, ListenerCounts counts, Address bind, SocketAddress address, List<Door> others)
            throws IOException {
        return listener(config, counts).bind(bind, address, others);
    }

    /** Takes connections of a socket opened by a different worker. */
    public Door door(ListenerConfig config, ListenerCounts counts, Address bind) {
        return listener(config, counts).door(bind);
    }

    private WorkerListener listener(ListenerConfig config, ListenerCounts counts) {
        return listeners.computeIfAbsent(config.name(), _ -> new WorkerListener(place, acceptPauses, config, counts));
    }

    /**
     * Closes the sockets of a listener's place.
     *
     * @param takeQueued whether to take the connections queued in the kernel first; a successor does so otherwise
     */
    public void close(String listener, Address bind, boolean takeQueued) throws IOException {
        WorkerListener known = listeners.get(listener);
        if (known != null) {
            known.unbind(bind, takeQueued);
            if (!known.hasSockets()) {
                listeners.remove(listener);
            }
        }
    }

    /** Takes over the settings of every listener, and accepts on every socket. */
    public void follow(Map<String, ListenerConfig> configs) {
        listeners.forEach((name, listener) -> {
            ListenerConfig config = configs.get(name);
            if (config != null) {
                listener.follow(config);
            }
        });
    }

    /** Ends every open session. */
    public void endAll(CloseReason reason) {
        place.sessions().endAll(reason);
    }

    /** Begins to walk through the open sessions. */
    public SessionWalk walk() {
        return place.sessions().walk();
    }

    /** What its clients ask for. */
    public NamesAsked names() {
        return place.names();
    }

    /** The last sessions that failed; on the worker's thread. */
    public FailedSessions failed() {
        return place.failed();
    }

    /** Number of pauses in accepting. */
    public Counter acceptPauses() {
        return acceptPauses;
    }

    /** Sessions open on this worker. */
    public Counter sessions() {
        return place.sessions().count();
    }

    /** Bytes passed on from clients, including open sessions. */
    public Counter received() {
        return place.received();
    }

    /** Bytes passed on from backends, including open sessions. */
    public Counter sent() {
        return place.sent();
    }
}
