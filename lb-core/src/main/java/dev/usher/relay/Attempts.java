package dev.usher.relay;

import dev.usher.config.Address;
import dev.usher.config.PoolConfig;
import dev.usher.end.CloseReason;
import dev.usher.loop.Departure;
import dev.usher.pool.Backend;
import dev.usher.pool.Pool;
import dev.usher.pool.RecentSessions;
import dev.usher.time.Clock;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The backends tried by one session, in turn, within the bounds of its pool. */
final class Attempts {
    /**
     * Below this, the rest of connect_total is too short for another attempt. Also covers a deadline that fires a
     * little early.
     */
    private static final long LEAST_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    /**
     * The most further addresses of tried names, on top of the retries. A name with more failing addresses counts as
     * down.
     */
    private static final int MAX_MORE_ADDRESSES = 8;

    private Pool pool;
    private final int worker;
    private final Clock clock;
    private final long clientHash;
    /** The client's mark, by {@link RecentSessions#mark}. */
    private final int clientMark;

    /** Null for a client of a unix socket. */
    private final @Nullable InetAddress client;

    private final OwnConnections own;
    /** The beginning of the client's wait for a backend. */
    private long beganNanos;

    private List<Backend> tried = List.of();
    /** The part of {@link #tried} that took the opening, and closed before the first byte or was silent for too long. */
    private List<Backend> unheard = List.of();

    private int count;
    /** The backend tried last; null before the first attempt. */
    private @Nullable Backend current;
    /** The backend for {@link #next}; the session already counts as open there. Null between turns. */
    private @Nullable Backend held;
    /** True exactly while {@link #current} counts this session as open. */
    private boolean taken;
    /** True exactly when the silence of {@link #current} has been noted. */
    private boolean notedSilent;
    /** The mark of the connection to {@link #current} in {@link OwnConnections}. */
    private long mark = OwnConnections.NONE;
    /** True exactly when earlier attempts have left {@link #current} less than a whole connect time-out. */
    private boolean hurried;

    private long connectStartedNanos;
    private long connectNanos = SessionEnd.UNKNOWN;
    private long firstByteNanos = SessionEnd.UNKNOWN;

    /**
     * @param worker index of the session's worker
     * @param client clients of a unix socket are alike
     * @param own where connections to backends are noted
     */
    Attempts(Pool pool, int worker, Clock clock, SocketAddress client, OwnConnections own) {
        this.pool = pool;
        this.worker = worker;
        this.clock = clock;
        this.clientHash = client instanceof InetSocketAddress tcp ? pool.clientHash(tcp) : 0;
        this.client = client instanceof InetSocketAddress tcp ? tcp.getAddress() : null;
        this.clientMark = this.client == null ? 0 : RecentSessions.mark(this.client);
        this.own = own;
        this.beganNanos = clock.nanos();
    }

    Pool pool() {
        return pool;
    }

    int count() {
        return count;
    }

    /**
     * Takes over the pool of a reload: further attempts choose among its backends.
     *
     * @param successor null if the pool is gone; then the session keeps the old pool
     */
    void follow(@Nullable Pool successor) {
        if (successor != null && successor.byName() == null) { // the pool of a name has no successor
            pool = successor;
            tried = withReturned(tried);
        }
    }

    /** The given backends, and those of the same addresses: a backend that was removed comes back as another. */
    private List<Backend> withReturned(List<Backend> before) {
        List<Backend> all = before;
        for (Backend backend : before.isEmpty() ? List.<Backend>of() : pool.backends()) {
            boolean returned = !all.contains(backend)
                    && all.stream().anyMatch(known -> known.address().equals(backend.address()));
            all = returned ? with(all, backend) : all;
        }
        return all;
    }

    /** The client has named the backend: attempts choose among the addresses of the name. */
    void isNamed(Pool ofName) {
        pool = ofName;
    }

    @Nullable
    Backend current() {
        return current;
    }

    /**
     * The next backend to try; null when the pool has none left, the retries are used up, or the client has waited
     * enough.
     */
    @Nullable
    Backend next() {
        Backend picked = held == null ? pick(tried) : held;
        held = null;
        if (picked != null) {
            current = picked;
            taken = true;
            hurried = count > 0 && patienceNanos() < pool.timeouts().connectNanos();
            count++;
            notedSilent = false;
            connectNanos = SessionEnd.UNKNOWN;
            connectStartedNanos = clock.nanos();
        }
        return picked;
    }

    /**
     * Holds a backend other than the current, by the configuration in force, for {@link #next}; the caller calls
     * {@link #next} in the same turn of the worker. False if {@link #next} would give null.
     */
    boolean holdAnother() {
        List<Backend> others = new ArrayList<>(tried);
        others.add(current);
        held = pick(withReturned(others));
        return held != null;
    }

    private @Nullable Backend pick(List<Backend> excluded) {
        if (patienceNanos() <= (count == 0 ? 0 : LEAST_NANOS)) {
            return null;
        }
        int retries = pool.config().retries();
        if (count <= retries) {
            return pool.pick(clientHash, excluded);
        }
        // Retries count backends of the file: a further address of a name that failed is no retry.
        if (!unheard.isEmpty() || count > retries + MAX_MORE_ADDRESSES) {
            return null;
        }
        List<Address> names = namesOf(excluded);
        return names.size() <= retries
                ? pool.pick(clientHash, excluded)
                : pool.pick(clientHash, allBut(names, excluded));
    }

    private static List<Address> namesOf(List<Backend> backends) {
        return backends.stream()
                .map(backend -> backend.config().address())
                .distinct()
                .toList();
    }

    /** The excluded backends, and every backend of another name. */
    private List<Backend> allBut(List<Address> names, List<Backend> excluded) {
        List<Backend> all = new ArrayList<>(excluded);
        pool.backends().stream()
                .filter(backend -> !names.contains(backend.config().address()))
                .forEach(all::add);
        return all;
    }

    /** The local end of the attempt's connection; null if only a client with an address may be passed on. */
    @Nullable
    Departure departure() {
        PoolConfig config = pool.config();
        int userTimeoutMillis = config.tcpUserTimeoutMillis();
        if (config.transparent()) {
            return client == null ? null : new Departure(new InetSocketAddress(client, 0), true, userTimeoutMillis);
        }
        return pool.source() == null && userTimeoutMillis == 0
                ? Departure.USUAL
                : new Departure(pool.source(), false, userTimeoutMillis);
    }

    /** The attempt's time-out: its own, cut to the rest of the client's total wait. */
    long timeoutNanos() {
        return Math.max(1, Math.min(pool.timeouts().connectNanos(), patienceNanos()));
    }

    /** The rest of the attempt's time-out; 0 or less if over. */
    long leftNanos() {
        long gone = clock.nanos() - connectStartedNanos;
        return Math.min(pool.timeouts().connectNanos() - gone, patienceNanos());
    }

    private long patienceNanos() {
        return pool.timeouts().connectTotalNanos() - (clock.nanos() - beganNanos);
    }

    /** The current backend is connected. */
    void connected(SocketChannel channel) {
        mark = own.enter(channel);
        connectNanos = clock.nanos() - connectStartedNanos;
        pool.latencies(worker).connect().record(connectNanos);
    }

    /** The current one is connected, and gets the first byte only now: the client was waited for. */
    void beginAfterWait() {
        long waitedNanos = clock.nanos() - connectStartedNanos - connectNanos;
        connectStartedNanos += waitedNanos;
        beganNanos += waitedNanos;
    }

    /** The current one is connected and has taken every greeting, and no answer of it is expected. */
    void needsNoAnswer() {
        charge(Objects.requireNonNull(current, "it is connected"), AttemptOutcome.CONNECTED);
    }

    /**
     * The current backend has sent its first bytes.
     *
     * @param outcome the verdict on these bytes
     */
    void answered(AttemptOutcome outcome) {
        firstByteNanos = clock.nanos() - connectStartedNanos - connectNanos;
        pool.latencies(worker).firstByte().record(firstByteNanos);
        for (int i = 0; i < unheard.size(); i++) {
            // Another backend answers the opening, so the opening was not at fault.
            charge(unheard.get(i), AttemptOutcome.ANOTHER_ANSWERED);
        }
        charge(Objects.requireNonNull(current, "it has answered"), outcome);
    }

    /** The outcome of an attempt without a connection in time. */
    AttemptOutcome timedOut() {
        return hurried ? AttemptOutcome.TIMED_OUT_HURRIED : AttemptOutcome.TIMED_OUT;
    }

    /**
     * The current backend has the whole opening and has been silent for {@code first_byte}; the client is still there.
     */
    void silent() {
        if (!notedSilent) {
            notedSilent = true;
            if (current != null) {
                charge(current, AttemptOutcome.LATE);
            }
        }
    }

    /** Gives up the current backend after a failed attempt; {@link #next} will not return it again. */
    void failed(AttemptOutcome outcome) {
        Backend failed = current;
        if (failed == null) {
            return;
        }
        charge(failed, outcome);
        if (outcome.isUnheard()) {
            unheard = with(unheard, failed);
        }
        letGo();
        tried = with(tried, failed);
    }

    /**
     * The session ends with the current backend.
     *
     * @param totalNanos from accept to now
     */
    void ended(CloseReason reason, long fromClient, long toClient, long totalNanos) {
        if (!taken || current == null) {
            return;
        }
        AttemptOutcome outcome = AttemptOutcome.of(reason);
        if (outcome != null) {
            charge(current, outcome);
        }
        if (connectNanos != SessionEnd.UNKNOWN) {
            current.counts().traffic().ended(fromClient, toClient);
            pool.latencies(worker).session().record(totalNanos);
        }
    }

    private void charge(Backend backend, AttemptOutcome outcome) {
        if (outcome.evidence() != null) {
            pool.fared(backend, outcome.evidence(), clientMark, clock.nanos());
        }
        if (outcome.isCounted()) {
            backend.counts().countFailure();
        }
        switch (outcome.row()) {
            case LONGER -> pool.blame(backend, clock.nanos());
            case LEFT -> {}
            case CLEARED -> backend.succeeded();
        }
    }

    private static List<Backend> with(List<Backend> list, Backend added) {
        List<Backend> grown = list.isEmpty() ? new ArrayList<>() : list;
        grown.add(added);
        return grown;
    }

    /** The session gives up its backends. */
    void release() {
        letGo();
        if (held != null) {
            held.release();
            held = null;
        }
    }

    private void letGo() {
        own.leave(mark);
        mark = OwnConnections.NONE;
        if (taken && current != null) {
            taken = false;
            current.release();
        }
    }

    boolean holdsOneOf(Collection<Backend> backends) {
        return taken && current != null && backends.contains(current);
    }

    boolean wasAnswered() {
        return firstByteNanos != SessionEnd.UNKNOWN;
    }

    /** Connect time of the last attempt; {@link SessionEnd#UNKNOWN} without a connection. */
    long connectNanos() {
        return connectNanos;
    }

    /** Time from connected to the first byte; {@link SessionEnd#UNKNOWN} without a byte. */
    long firstByteNanos() {
        return firstByteNanos;
    }
}
