package dev.usher.relay;

import dev.usher.config.HostPort;
import dev.usher.config.ListenerConfig;
import dev.usher.loop.Worker;
import dev.usher.metrics.Counter;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The sessions of one worker, and what they share. Everything here but the counters belongs to the worker's thread;
 * others post to it through {@link Worker#submit}.
 */
public final class Relay {
    /** Digits and lower-case letters: short, and safe in any log. */
    private static final int RADIX = 32;

    /**
     * What all workers share.
     *
     * @param run what the names of all sessions of this process begin with
     * @param openSessions connections open on all listeners
     * @param maxSessions the most that this machine has descriptors for
     * @param own connections to backends
     */
    public record Shared(
            String run, AtomicInteger openSessions, int maxSessions, ClientLimits clientLimits, OwnConnections own) {
        private String cid(long id) {
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

    private final int index;
    private final int workers;
    private final Worker worker;
    private final Supplier<Routing> routing;
    private final SessionLog log;
    private final Shared shared;
    private final Map<String, RelayListener> listeners = new LinkedHashMap<>();
    private final Counter acceptPauses = new Counter();
    private final Counter sessions = new Counter();
    private final Counter received = new Counter();
    private final Counter sent = new Counter();
    /** Head of the list of open sessions, which are linked through themselves: nothing to allocate, nothing to search. */
    private @Nullable Session first;
    /** Who is on the way through that list; null unless somebody looks. */
    private @Nullable SessionWalk walk;

    private final UnfinishedOpenings unfinished;
    private final NamesAsked names = new NamesAsked();
    private long sessionsBegun;

    /**
     * @param index of the worker, from 0
     * @param workers how many there are
     * @param routing what is in force
     */
    public Relay(int index, int workers, Worker worker, Supplier<Routing> routing, SessionLog log, Shared shared) {
        this.index = index;
        this.workers = workers;
        this.worker = worker;
        this.routing = routing;
        this.log = log;
        this.shared = shared;
        this.unfinished = new UnfinishedOpenings(worker);
    }

    /**
     * Opens one socket of a listener. It accepts from {@link #follow} on.
     *
     * @param address what {@code bind} of the configuration leads to
     * @return the address that it is bound to
     */
    public InetSocketAddress open(ListenerConfig config, ListenerState state, HostPort bind, InetSocketAddress address)
            throws IOException {
        return listeners
                .computeIfAbsent(config.name(), _ -> new RelayListener(this, config, state))
                .bind(bind, address)
                .address();
    }

    /** Closes one socket of a listener; connections that the kernel has queued are taken first. */
    public void close(String listener, HostPort bind) throws IOException {
        RelayListener known = listeners.get(listener);
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
        while (first != null) {
            first.end(reason);
        }
    }

    /** Begins to walk through the sessions that are open now. */
    public SessionWalk walk() {
        SessionWalk begun = new SessionWalk(this, first);
        walk = begun.isOver() ? null : begun;
        return begun;
    }

    /** What its clients ask for. */
    public NamesAsked names() {
        return names;
    }

    /** Times that accepting paused. */
    public Counter acceptPauses() {
        return acceptPauses;
    }

    /** Sessions open on this worker. */
    public Counter sessions() {
        return sessions;
    }

    /** Bytes from clients that were passed on, of open sessions too. */
    public Counter received() {
        return received;
    }

    /** Bytes from backends that were passed on, of open sessions too. */
    public Counter sent() {
        return sent;
    }

    // ---- for its sessions and listeners ----

    int index() {
        return index;
    }

    Worker worker() {
        return worker;
    }

    Routing routing() {
        return routing.get();
    }

    SessionLog log() {
        return log;
    }

    AtomicInteger openSessions() {
        return shared.openSessions();
    }

    int maxSessions() {
        return shared.maxSessions();
    }

    /** What its clients have begun to say. */
    UnfinishedOpenings unfinished() {
        return unfinished;
    }

    ClientLimits clientLimits() {
        return shared.clientLimits();
    }

    OwnConnections own() {
        return shared.own();
    }

    /** The name of a session. */
    String cid(long id) {
        return shared.cid(id);
    }

    /** The walk has come to the end of the list. */
    void walked(SessionWalk over) {
        if (walk == over) {
            walk = null;
        }
    }

    void begin(RelayListener listener, SocketChannel channel) {
        Session session = new Session(this, listener, nextId());
        link(session);
        try {
            session.start(channel);
        } catch (RuntimeException | Error bug) {
            session.end(CloseReason.BUG);
            throw bug;
        }
    }

    /** Unique in this process, and rising: workers take turns, so that the rest by their number is this one's index. */
    private long nextId() {
        return sessionsBegun++ * workers + index;
    }

    private void link(Session session) {
        session.next = first;
        if (first != null) {
            first.previous = session;
        }
        first = session;
        sessions.increment();
    }

    /**
     * The links of a session that is gone are cut as well: one that the collector has promoted would otherwise keep its
     * younger neighbours, they theirs, and so on until a full collection.
     */
    void unlink(Session session) {
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
        sessions.add(-1);
    }
}
