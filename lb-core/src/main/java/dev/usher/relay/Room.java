package dev.usher.relay;

import dev.usher.time.Clock;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The open connections of the process, and the places for connections. Shared by the workers.
 *
 * <p>A connection needs two descriptors. Descriptors can be fewer than at the start: the system has no more, or the limit was
 * lowered. A connection to a backend then fails while clients take each descriptor that becomes free, so that everybody is refused
 * in turn. So a session that is refused for this reason takes its place away. Places never fall below half of the crowd that was
 * open then, since two descriptors of such a crowd are enough for one session. The number of places doubles each second, up to the
 * usual bound.
 */
public final class Room {
    private static final long GROWTH_NANOS = TimeUnit.SECONDS.toNanos(1);
    /** Doublings that make any number of places the usual bound. */
    private static final int MOST_DOUBLINGS = 31;

    private final int most;
    private final Clock clock;
    private final AtomicInteger open = new AtomicInteger();
    /** Number of connections that may be open: the usual bound, or less for a while after a lack. Two workers at once may count a change once. */
    private volatile int places;

    /** Number of open connections at the worst lack since the last growth. */
    private volatile int crowd;

    /** Time of the last change of places. */
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

    /** True if every place is taken. */
    boolean isFull() {
        if (places < most) {
            grow();
        }
        return open.get() >= places;
    }

    private void grow() {
        long seconds = (clock.nanos() - changedNanos) / GROWTH_NANOS;
        if (seconds > 0) {
            crowd = 0;
            change((long) places << Math.min(seconds, MOST_DOUBLINGS));
        }
    }

    /** An open connection is refused, since no descriptor was left for its backend. */
    void lacked() {
        grow();
        int now = open.get();
        crowd = Math.max(crowd, now);
        change(Math.max(Math.min(now, places) - 1, crowd / 2));
    }

    private void change(long fitting) {
        changedNanos = clock.nanos();
        places = Math.clamp(fitting, 1, most);
    }
}
