package dev.usher.relay;

import dev.usher.pool.PoolTimeouts;
import java.util.concurrent.TimeUnit;

/**
 * The time without a byte: six timers of a relay, of which the earliest is the session's deadline. Says what is due, and
 * does none of it.
 */
final class Quiet {
    /** A connection is asked for a sign of life after this much silence; most are over long before. */
    private static final long KEEPALIVE_AFTER_NANOS = TimeUnit.SECONDS.toNanos(60);
    /** How often a side that is not read is looked at: a client that is gone holds buffers until then. */
    private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(1);
    /** How soon a half that found no room to hold bytes tries again. */
    private static final long ROOM_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    /** What is to be done at the deadline; the first of these that applies. */
    enum Due {
        /** {@code max_lifetime} is over. */
        LIFETIME,
        /** No byte for as long as {@code idle} or {@code half_closed} says. */
        SILENCE,
        /** The backend has not answered in time: another one may. */
        FIRST_BYTE,
        /** The kernel is to ask the peers for a sign of life. */
        KEEPALIVE,
        /** A half waits for room to hold bytes, and tries again. */
        ROOM,
        /** A side that is not read is to be looked at. */
        LOOK,
        /** The deadline was of a moment that is past. */
        NOTHING
    }

    /** The relay, as far as its timers depend on it. */
    interface Relay {
        PoolTimeouts timeouts();

        long acceptedNanos();

        boolean isHalfClosed();

        /** Whether a backend is to answer, and another one could be told the same instead. */
        boolean awaitsAnswer();

        /** Whether the answer may be there, with no room to read it: then it is no silence. */
        boolean hasNoRoomForAnswer();

        /** Whether a half waits for room to hold bytes. */
        boolean waitsForRoom();

        /** Whether a side is open and neither read nor written, so that the selector would not tell of its RST. */
        boolean isPaused();
    }

    /** When the last byte passed, or the state changed. */
    private long sinceNanos;
    /** When the backend was connected, or was last found to be silent without another one to go to. */
    private long unansweredSinceNanos;
    /** True exactly when the sockets of now are watched by the kernel. */
    private boolean keptAlive;

    /** A byte has passed, or the state changed: the time without one begins again. */
    void restart(long nowNanos) {
        sinceNanos = nowNanos;
    }

    /** The time for the backend's first byte begins. */
    void awaitAnswer(long nowNanos) {
        unansweredSinceNanos = nowNanos;
    }

    /** {@link Due#KEEPALIVE} is done. */
    void keptAlive() {
        keptAlive = true;
    }

    /** {@link Due#FIRST_BYTE} has found no other backend: it comes again, but not more often than once a second. */
    void foundNoOther(long nowNanos, PoolTimeouts timeouts) {
        unansweredSinceNanos = nowNanos + Math.max(0, LOOK_NANOS - timeouts.firstByteNanos());
    }

    /** Nanoseconds until the first of all that is to be done if no byte comes; at least 1. */
    long leftNanos(long nowNanos, Relay relay) {
        long left = Math.min(silenceLeft(nowNanos, relay), lifetimeLeft(nowNanos, relay));
        left = Math.min(left, Math.min(firstByteLeft(nowNanos, relay), keepAliveLeft(nowNanos)));
        if (relay.waitsForRoom()) {
            left = Math.min(left, ROOM_NANOS);
        } else if (relay.isPaused()) {
            left = Math.min(left, LOOK_NANOS);
        }
        return Math.max(1, left);
    }

    /** What is due at the deadline that {@link #leftNanos} has set. */
    Due due(long nowNanos, Relay relay) {
        if (lifetimeLeft(nowNanos, relay) <= 0) {
            return Due.LIFETIME;
        }
        if (silenceLeft(nowNanos, relay) <= 0) {
            return Due.SILENCE;
        }
        if (firstByteLeft(nowNanos, relay) <= 0) {
            return Due.FIRST_BYTE;
        }
        if (keepAliveLeft(nowNanos) <= 0) {
            return Due.KEEPALIVE;
        }
        if (relay.waitsForRoom()) {
            return Due.ROOM;
        }
        return relay.isPaused() ? Due.LOOK : Due.NOTHING;
    }

    private long silenceLeft(long nowNanos, Relay relay) {
        PoolTimeouts timeouts = relay.timeouts();
        long limit = relay.isHalfClosed() ? timeouts.halfClosedNanos() : timeouts.idleNanos();
        return limit - (nowNanos - sinceNanos);
    }

    private static long lifetimeLeft(long nowNanos, Relay relay) {
        long max = relay.timeouts().maxLifetimeNanos();
        return max == Long.MAX_VALUE ? max : max - (nowNanos - relay.acceptedNanos());
    }

    private long firstByteLeft(long nowNanos, Relay relay) {
        long limit = relay.timeouts().firstByteNanos();
        boolean awaited =
                limit != Long.MAX_VALUE && !relay.isHalfClosed() && relay.awaitsAnswer() && !relay.hasNoRoomForAnswer();
        return awaited ? limit - (nowNanos - unansweredSinceNanos) : Long.MAX_VALUE;
    }

    private long keepAliveLeft(long nowNanos) {
        return keptAlive ? Long.MAX_VALUE : KEEPALIVE_AFTER_NANOS - (nowNanos - sinceNanos);
    }
}
