package dev.usher.relay;

import dev.usher.config.HostPort;
import dev.usher.config.ListenerConfig;
import dev.usher.end.CloseReason;
import dev.usher.loop.Worker;
import dev.usher.metrics.Counter;
import dev.usher.opening.Openings;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * The listeners of one worker and their sessions, for the rest of the program. Everything here but the counters belongs
 * to the worker's thread; others post to it through {@link Worker#submit}.
 */
public final class WorkerSessions {
    /** Digits and lower-case letters: short, and safe in any log. */
    private static final int RADIX = 32;

    /**
     * What all workers share.
     *
     * @param run what the names of all sessions of this process begin with
     * @param openSessions connections open on all listeners
     * @param maxSessions the most that this machine has descriptors for
     * @param own connections to backends
     * @param openings what clients say first, by listener
     */
    public record Shared(
            String run,
            AtomicInteger openSessions,
            int maxSessions,
            ClientLimits clientLimits,
            OwnConnections own,
            Openings openings) {
        /** The name of a session. */
        String cid(long id) {
            return run + Long.toString(id, RADIX);
        }

        /** The number behind a session's name; negative if no session of this process has such a name. */
        public long id(String cid) {
            try {
                return cid.startsWith(run) ? Long.parseLong(cid, run.length(), cid.length(), RADIX) : -1;
            } catch (NumberFormatException none) {
                return -1;
            }
        }
    }

    private final Workplace place;
    private final Map<String, WorkerListener> listeners = new LinkedHashMap<>();
    private final Counter acceptPauses = new Counter();

    /**
     * @param index of the worker, from 0
     * @param workers how many there are
     * @param routing what is in force
     */
    public WorkerSessions(
            int index, int workers, Worker worker, Supplier<Routing> routing, SessionLog log, Shared shared) {
        this.place = new Workplace(index, workers, worker, routing, log, shared);
    }

    /**
     * Opens one socket of a listener. It accepts from {@link #follow} on.
     *
     * @param address what {@code bind} of the configuration leads to
     * @return the address that it is bound to
     */
    public InetSocketAddress open(
            ListenerConfig config, ListenerCounts counts, HostPort bind, InetSocketAddress address) throws IOException {
        return listeners
                .computeIfAbsent(config.name(), _ -> new WorkerListener(place, acceptPauses, config, counts))
                .bind(bind, address)
                .address();
    }

    /** Closes one socket of a listener; connections that the kernel has queued are taken first. */
    public void close(String listener, HostPort bind) throws IOException {
        WorkerListener known = listeners.get(listener);
        if (known != null) {
            known.unbind(bind);
            if (!known.hasSockets()) {
                listeners.remove(listener);
            }
        }
    }

    /** Takes over the settings of all listeners, and accepts on all sockets. */
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

    /** Begins to walk through the sessions that are open now. */
    public SessionWalk walk() {
        return place.sessions().walk();
    }

    /** What its clients ask for. */
    public NamesAsked names() {
        return place.names();
    }

    /** Times that accepting paused. */
    public Counter acceptPauses() {
        return acceptPauses;
    }

    /** Sessions open on this worker. */
    public Counter sessions() {
        return place.sessions().count();
    }

    /** Bytes from clients that were passed on, of open sessions too. */
    public Counter received() {
        return place.received();
    }

    /** Bytes from backends that were passed on, of open sessions too. */
    public Counter sent() {
        return place.sent();
    }
}
