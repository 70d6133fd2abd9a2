package dev.usher.relay;

import dev.usher.time.Clock;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The open connections of the process, and how many the process has descriptors for: two for each. Shared by the workers.
 *
 * <p>Descriptors can be fewer than at the start: the system has no more, or the limit was lowered. A connection to a
 * backend then fails while clients take each descriptor that becomes free, so that everybody is refused in turn. So each such
 * failure takes a place away, and no client is accepted in place of one that was refused. Half of a crowd without
 * backends fits in any case. A second later there are twice as many places, and so on up to the usual bound.
 */
public final class Room {
    private static final long GROWTH_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final int most;
    private final Clock clock;
    private final AtomicInteger open = new AtomicInteger();
    /** Fewer than the usual bound for a while after a lack. Two workers at once may count a step once, or grow twice. */
    private volatile int places;

    /** Most open connections at a lack, since the last growth. */
    private volatile int crowd;

    /** Time of the last lack or growth. */
    private volatile long changedNanos;

    /** @param most the usual bound of open connections, from the limit of descriptors at the start */
    public Room(int most, Clock clock) {
        this.most = most;
        this.clock = clock;
        this.places = most;
    }

    /** Open connections, of every listener together. */
    public int open() {
        return open.get();
    }

    void enter() {
        open.incrementAndGet();
    }

    void leave() {
        open.decrementAndGet();
    }

    /** True if no descriptor would be left for another connection. */
    boolean isFull() {
        if (places < most && clock.nanos() - changedNanos >= GROWTH_NANOS) {
            crowd = 0;
            change(2L * places);
        }
        return open.get() >= places;
    }

    /** No descriptor was left for the backend of an open connection. */
    void lacked() {
        int now = open.get();
        crowd = Math.max(crowd, now);
        change(Math.max(Math.min(now, places) - 1, crowd / 2));
    }

    private void change(long fitting) {
        changedNanos = clock.nanos();
        places = Math.clamp(fitting, 1, most);
    }
}
