package dev.usher.relay;

import dev.usher.config.HostPort;
import dev.usher.end.CloseReason;
import dev.usher.pool.Backend;
import dev.usher.pool.Pool;
import dev.usher.pool.RecentSessions;
import dev.usher.pool.RecentSessions.Outcome;
import dev.usher.time.Clock;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The backends that one session tries, one after another, within the bounds of its pool. */
final class Attempts {
    /** What is left of the client's patience is no use if it is less. A deadline may also come by some of it too early. */
    private static final long LEAST_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    /** Addresses of names that were tried already, beyond the retries: a name that has more of them that fail is down. */
    private static final int MAX_MORE_ADDRESSES = 8;

    private Pool pool;
    private final int worker;
    private final Clock clock;
    private final long clientHash;
    /** Of the client, by {@link RecentSessions#mark}. */
    private final int clientMark;

    private final OwnConnections own;
    private final long beganNanos;
    private List<Backend> tried = List.of();
    /** Those of {@link #tried} that took the hello and closed before their first byte, or said nothing for too long. */
    private List<Backend> unheard = List.of();

    private int count;
    /** The one that was tried last. */
    private @Nullable Backend current;
    /** The one that {@link #next} will give; the session counts as open there already. Null between turns. */
    private @Nullable Backend held;
    /** True exactly while {@link #current} counts this session as open. */
    private boolean taken;
    /** True exactly when it has been noted of {@link #current} that it did not answer in time. */
    private boolean notedSilent;
    /** What {@link OwnConnections} knows the connection to the current one by. */
    private long mark = OwnConnections.NONE;
    /** True exactly when earlier attempts have left the current one less time than it should have. */
    private boolean hurried;

    private long connectStartedNanos;
    private long connectNanos = SessionEnd.UNKNOWN;
    private long firstByteNanos = SessionEnd.UNKNOWN;

    /**
     * @param worker index of the session's worker
     * @param own where connections to backends are noted
     */
    Attempts(Pool pool, int worker, Clock clock, InetSocketAddress client, OwnConnections own) {
        this.pool = pool;
        this.worker = worker;
        this.clock = clock;
        this.clientHash = pool.clientHash(client);
        this.clientMark = RecentSessions.mark(client.getAddress());
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
     * Goes on with the pool as a reload has made it: its backends of now are those that a further attempt can have.
     *
     * @param successor null if the pool is gone; then the session keeps the one that it has
     */
    void follow(@Nullable Pool successor) {
        if (successor != null) {
            pool = successor;
        }
    }

    @Nullable
    Backend current() {
        return current;
    }

    /** The next one to try, or null when the pool has none, its retries are used up, or the client has waited enough. */
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
     * Finds another one than the current, as the configuration of now has them, and holds it for {@link #next}, which is to
     * be called in this turn of the worker; false if {@link #next} would have none.
     */
    boolean holdAnother() {
        List<Backend> others = new ArrayList<>(tried);
        others.add(current);
        held = pick(others);
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
        // Retries are for backends as the file has them: an address that leads nowhere, of a name with others, is none.
        if (!unheard.isEmpty() || count > retries + MAX_MORE_ADDRESSES) {
            return null;
        }
        List<HostPort> names = namesOf(excluded);
        return names.size() <= retries
                ? pool.pick(clientHash, excluded)
                : pool.pick(clientHash, allBut(names, excluded));
    }

    private static List<HostPort> namesOf(List<Backend> backends) {
        return backends.stream()
                .map(backend -> backend.config().address())
                .distinct()
                .toList();
    }

    /** Those that are excluded, and all that are of another name. */
    private List<Backend> allBut(List<HostPort> names, List<Backend> excluded) {
        List<Backend> all = new ArrayList<>(excluded);
        pool.backends().stream()
                .filter(backend -> !names.contains(backend.config().address()))
                .forEach(all::add);
        return all;
    }

    /** How long the attempt may take: its own time-out, but no more than the client is made to wait in all. */
    long timeoutNanos() {
        return Math.max(1, Math.min(pool.timeouts().connectNanos(), patienceNanos()));
    }

    private long patienceNanos() {
        return pool.timeouts().connectTotalNanos() - (clock.nanos() - beganNanos);
    }

    /** The current one is connected. */
    void connected(SocketChannel channel) {
        mark = own.enter(channel);
        connectNanos = clock.nanos() - connectStartedNanos;
        pool.latencies(worker).connect().record(connectNanos);
    }

    /** The current one is connected and has taken every greeting, and no answer of it is expected. */
    void needsNoAnswer() {
        charge(Objects.requireNonNull(current, "it is connected"), AttemptOutcome.CONNECTED);
    }

    /**
     * The current one has sent its first bytes.
     *
     * @param outcome what they say of it
     */
    void answered(AttemptOutcome outcome) {
        firstByteNanos = clock.nanos() - connectStartedNanos - connectNanos;
        pool.latencies(worker).firstByte().record(firstByteNanos);
        for (Backend silent : unheard) { // on a hello that another one answers: it was not the hello
            charge(silent, AttemptOutcome.ANOTHER_ANSWERED);
        }
        charge(Objects.requireNonNull(current, "it has answered"), outcome);
    }

    /** How an attempt turns out that has not been connected in its time. */
    AttemptOutcome timedOut() {
        return hurried ? AttemptOutcome.TIMED_OUT_HURRIED : AttemptOutcome.TIMED_OUT;
    }

    /** The current one has a whole hello, has said nothing for {@code first_byte}, and the client is still there. */
    void silent() {
        if (!notedSilent) {
            notedSilent = true;
            if (current != null) {
                pool.fared(current, Outcome.SILENT, clientMark, clock.nanos());
            }
        }
    }

    /** Lets the current one go, since it did not do; the next one will be another. */
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
     * The session ends while the current one is its backend.
     *
     * @param totalNanos from accept to now
     */
    void ended(CloseReason reason, long fromClient, long toClient, long totalNanos) {
        if (!taken || current == null) {
            return;
        }
        AttemptOutcome unanswered = AttemptOutcome.unanswered(reason);
        if (unanswered != null) {
            charge(current, unanswered);
        }
        if (connectNanos != SessionEnd.UNKNOWN) {
            current.served(fromClient, toClient);
            pool.latencies(worker).session().record(totalNanos);
        }
    }

    private void charge(Backend backend, AttemptOutcome outcome) {
        if (outcome.evidence() != null) {
            pool.fared(backend, outcome.evidence(), clientMark, clock.nanos());
        }
        if (outcome.isCounted()) {
            backend.countFailure();
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

    /** The session needs none of them any more. */
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

    /** Of the last attempt; {@link SessionEnd#UNKNOWN} if it did not get so far. */
    long connectNanos() {
        return connectNanos;
    }

    /** From connected to the first byte; {@link SessionEnd#UNKNOWN} if there was none. */
    long firstByteNanos() {
        return firstByteNanos;
    }
}
