package dev.usher.epoll;

import dev.usher.time.Clock;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.TimeUnit;

/**
 * Keys that epoll refuses to watch, for want of memory or by the limit of watches: nobody would ever tell of their events. They are
 * asked for again after a moment, and hold up no other key. Belongs to the selector's thread.
 */
final class Unwatched {
    /** Between two tries: each is a call for each key, and memory does not come back within microseconds. */
    private static final int AGAIN_MILLIS = 100;
    /** Between two errors: a caller may pause after each. */
    private static final long TOLD_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final Clock clock;
    private final ArrayDeque<EpollKey> keys = new ArrayDeque<>();
    private long triedNanos;
    /** The first error that nobody was told of; 0 for none. */
    private int error;

    private boolean hasTold;
    private long toldNanos;

    Unwatched(Clock clock) {
        this.clock = clock;
    }

    /** Takes a key that epoll has just refused. */
    void add(EpollKey key, int refusal) {
        if (keys.isEmpty()) {
            triedNanos = clock.nanos();
        }
        keys.addLast(key);
        error = error == 0 ? refusal : error;
    }

    /** Hands over all keys if it is time to ask for them again. */
    void moveDue(Queue<EpollKey> to) {
        if (!keys.isEmpty() && clock.nanos() - triedNanos >= TimeUnit.MILLISECONDS.toNanos(AGAIN_MILLIS)) {
            to.addAll(keys);
            keys.clear();
        }
    }

    /** A time to wait that does not miss the next try; a negative time has no end. */
    int limited(int millis) {
        return keys.isEmpty() || (millis >= 0 && millis < AGAIN_MILLIS) ? millis : AGAIN_MILLIS;
    }

    /** Tells of a refusal, but not of each: the same lack refuses many. */
    void throwAny() throws IOException {
        int refusal = error;
        error = 0;
        long now = refusal == 0 ? 0 : clock.nanos();
        if (refusal == 0 || (hasTold && now - toldNanos < TOLD_NANOS)) {
            return;
        }
        hasTold = true;
        toldNanos = now;
        throw new IOException("epoll cannot watch a socket now, and is asked again: " + Errno.text(-refusal)
                + "; fs.epoll.max_user_watches is a limit");
    }
}
