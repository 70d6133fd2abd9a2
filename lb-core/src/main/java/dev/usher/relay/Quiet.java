package dev.usher.relay;

import dev.usher.pool.PoolTimeouts;
import java.util.concurrent.TimeUnit;

/**
 * The time without a byte: six timers of a relay; the earliest sets the session's deadline. Decides the due timer, and
 * performs nothing. A class to extend, so that a connection at rest has one object less.
 */
abstract class Quiet {
    /** A connection is asked for a sign of life after this much silence; most are over long before. */
    private static final long KEEPALIVE_AFTER_NANOS = TimeUnit.SECONDS.toNanos(60);
    /** Interval of checks on a side that is not read: a broken client holds buffers until the next check. */
    private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(1);
    /** Delay before a half without room for a rest tries again. */
    private static final long ROOM_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    /** The task at the deadline; the first applicable constant wins. */
    enum Due {
        /** {@code max_lifetime} is over. */
        LIFETIME,
        /** No byte for as long as {@code idle} or {@code half_closed} says. */
        SILENCE,
        /** The backend has not answered in time; another backend may answer. */
        FIRST_BYTE,
        /** The kernel is to ask the peers for a sign of life. */
        KEEPALIVE,
        /** A half waits for room to hold bytes, and tries again. */
        ROOM,
        /** A side that is not read is to be checked. */
        LOOK,
        /** No task: the timer of the deadline has been put off since. */
        NOTHING
    }

    /** When the last byte passed, or the state changed. */
    private long sinceNanos;
    /** When the backend was connected, or last found silent without another backend to try. */
    private long unansweredSinceNanos;
    /** True exactly when the sockets of now are watched by the kernel. */
    private boolean keptAlive;

    /** A byte has passed, or the state changed: the silence begins again. */
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

    /** {@link Due#FIRST_BYTE} has found no other backend: due again, at most once a second. */
    final void foundNoOther(long nowNanos) {
        unansweredSinceNanos = nowNanos + Math.max(0, LOOK_NANOS - timeouts().firstByteNanos());
    }

    /** Nanoseconds until the earliest timer if no byte comes; at least 1. */
    final long leftNanos(long nowNanos) {
        PoolTimeouts limits = timeouts();
        long left = Math.min(silenceLeft(limits, nowNanos), lifetimeLeft(limits, nowNanos));
        left = Math.min(left, Math.min(firstByteLeft(limits, nowNanos), keepAliveLeft(nowNanos)));
        if (waitsForRoom()) {
            left = Math.min(left, ROOM_NANOS);
        } else if (isPaused()) {
            left = Math.min(left, LOOK_NANOS);
        }
        return Math.max(1, left);
    }

    /** The task due at the deadline of {@link #leftNanos}. */
    final Due due(long nowNanos) {
        PoolTimeouts limits = timeouts();
        if (lifetimeLeft(limits, nowNanos) <= 0) {
            return Due.LIFETIME;
        }
        if (silenceLeft(limits, nowNanos) <= 0) {
            return Due.SILENCE;
        }
        if (firstByteLeft(limits, nowNanos) <= 0) {
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

    private long silenceLeft(PoolTimeouts limits, long nowNanos) {
        long limit = isHalfClosed() ? limits.halfClosedNanos() : limits.idleNanos();
        return limit - (nowNanos - sinceNanos);
    }

    private long lifetimeLeft(PoolTimeouts limits, long nowNanos) {
        long max = limits.maxLifetimeNanos();
        return max == Long.MAX_VALUE ? max : max - (nowNanos - acceptedNanos());
    }

    private long firstByteLeft(PoolTimeouts limits, long nowNanos) {
        long limit = limits.firstByteNanos();
        boolean awaited = limit != Long.MAX_VALUE && !isHalfClosed() && awaitsAnswer() && !hasNoRoomForAnswer();
        return awaited ? limit - (nowNanos - unansweredSinceNanos) : Long.MAX_VALUE;
    }

    private long keepAliveLeft(long nowNanos) {
        return keptAlive ? Long.MAX_VALUE : KEEPALIVE_AFTER_NANOS - (nowNanos - sinceNanos);
    }

    // ---- the state of the relay, for the timers ----

    abstract PoolTimeouts timeouts();

    abstract long acceptedNanos();

    abstract boolean isHalfClosed();

    /** Whether an answer is awaited, and the same bytes can be sent to another backend. */
    abstract boolean awaitsAnswer();

    /** Whether the answer may be waiting for room to be read; such a backend is not silent. */
    abstract boolean hasNoRoomForAnswer();

    /** Whether a half waits for room to hold bytes. */
    abstract boolean waitsForRoom();

    /** Whether a side is open and neither read nor written, so that the selector would not report a RST. */
    abstract boolean isPaused();
}
