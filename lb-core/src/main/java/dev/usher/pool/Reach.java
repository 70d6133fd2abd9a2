package dev.usher.pool;

import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Whether a probe or a session has ever reached a backend, and whether sessions have tried in vain. An unreached address
 * may belong to an address family that leads nowhere from this machine. Any thread.
 */
final class Reach {
    /** How long a failed connect speaks against an unreached address: a server may also have been started late. */
    private static final long IN_VAIN_NANOS = TimeUnit.MINUTES.toNanos(1);

    private volatile boolean reached;
    /** The last connect in vain, at most one a minute, on the monotonic clock. */
    private volatile @Nullable Long inVainNanos;

    /**
     * A probe or a session has reached the backend.
     *
     * @return true if this is news
     */
    boolean reached() {
        if (reached) {
            return false;
        }
        reached = true;
        return true;
    }

    /**
     * A session could not connect.
     *
     * @return true if this is news
     */
    boolean failed(long nowNanos) {
        if (reached || isInVain(nowNanos)) {
            return false;
        }
        inVainNanos = nowNanos;
        return true;
    }

    boolean wasReached() {
        return reached;
    }

    /** Whether a session has tried to connect in the last minute, and nothing has ever reached the backend. */
    boolean isInVain(long nowNanos) {
        Long failed = inVainNanos;
        return !reached && failed != null && nowNanos - failed < IN_VAIN_NANOS;
    }
}
