package dev.usher.relay;

import dev.usher.pool.PoolTimeouts;
import java.util.concurrent.TimeUnit;

/**
 * The time without a byte: six timers of a relay, of which the earliest is the session's deadline. Says what is due, and
 * does none of it. A class to extend, so that a connection at rest has one object less.
 */
abstract class Quiet {
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

    /** When the last byte passed, or the state changed. */
    private long sinceNanos;
    /** When the backend was connected, or was last found to be silent without another one to go to. */
    private long unansweredSinceNanos;
    /** True exactly when the sockets of now are watched by the kernel. */
    private boolean keptAlive;

    /** A byte has passed, or the state changed: the time without one begins again. */
    final void restart(long nowNanos) {
        sinceNanos = nowNanos;
    }

    /** The time for the backend's first byte begins. */
    final void awaitAnswer(long nowNanos) {
        unansweredSinceNanos = nowNanos;
    }

    /** {@link Due#KEEPALIVE} is done. */
    final void keptAlive() {
        keptAlive = true;
    }

    /** {@link Due#FIRST_BYTE} has found no other backend: it comes again, but not more often than once a second. */
    final void foundNoOther(long nowNanos) {
        unansweredSinceNanos = nowNanos + Math.max(0, LOOK_NANOS - timeouts().firstByteNanos());
    }

    /** Nanoseconds until the first of all that is to be done if no byte comes; at least 1. */
    final long leftNanos(long nowNanos) {
        long left = Math.min(silenceLeft(nowNanos), lifetimeLeft(nowNanos));
        left = Math.min(left, Math.min(firstByteLeft(nowNanos), keepAliveLeft(nowNanos)));
        if (waitsForRoom()) {
            left = Math.min(left, ROOM_NANOS);
        } else if (isPaused()) {
            left = Math.min(left, LOOK_NANOS);
        }
        return Math.max(1, left);
    }

    /** What is due at the deadline that {@link #leftNanos} has set. */
    final Due due(long nowNanos) {
        if (lifetimeLeft(nowNanos) <= 0) {
            return Due.LIFETIME;
        }
        if (silenceLeft(nowNanos) <= 0) {
            return Due.SILENCE;
        }
        if (firstByteLeft(nowNanos) <= 0) {
            return Due.FIRST_BYTE;
        }
        if (keepAliveLeft(nowNanos) <= 0) {
            return Due.KEEPALIVE;
        }
        if (waitsForRoom()) {
            return Due.ROOM;
        }
        return isPaused() ? Due.LOOK : Due.NOTHING;
    }

    private long silenceLeft(long nowNanos) {
        PoolTimeouts limits = timeouts();
        long limit = isHalfClosed() ? limits.halfClosedNanos() : limits.idleNanos();
        return limit - (nowNanos - sinceNanos);
    }

    private long lifetimeLeft(long nowNanos) {
        long max = timeouts().maxLifetimeNanos();
        return max == Long.MAX_VALUE ? max : max - (nowNanos - acceptedNanos());
    }

    private long firstByteLeft(long nowNanos) {
        long limit = timeouts().firstByteNanos();
        boolean awaited = limit != Long.MAX_VALUE && !isHalfClosed() && awaitsAnswer() && !hasNoRoomForAnswer();
        return awaited ? limit - (nowNanos - unansweredSinceNanos) : Long.MAX_VALUE;
    }

    private long keepAliveLeft(long nowNanos) {
        return keptAlive ? Long.MAX_VALUE : KEEPALIVE_AFTER_NANOS - (nowNanos - sinceNanos);
    }

    // ---- the relay, as far as its timers depend on it ----

    abstract PoolTimeouts timeouts();

    abstract long acceptedNanos();

    abstract boolean isHalfClosed();

    /** Whether a backend is to answer, and another one could be told the same instead. */
    abstract boolean awaitsAnswer();

    /** Whether the answer may be there, with no room to read it: then it is no silence. */
    abstract boolean hasNoRoomForAnswer();

    /** Whether a half waits for room to hold bytes. */
    abstract boolean waitsForRoom();

    /** Whether a side is open and neither read nor written, so that the selector would not tell of its RST. */
    abstract boolean isPaused();
}
