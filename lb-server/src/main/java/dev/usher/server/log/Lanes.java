package dev.usher.server.log;

import dev.usher.relay.SessionEnd;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Sessions on their way from the workers to the writer thread: a ring for each worker, and a count of the sessions that
 * found the ring full.
 */
final class Lanes {
    /** A session and the wall clock of its end, which is the time in its line however late the line is written. */
    record Ended(SessionEnd end, long atMillis) {}

    /** The ring of one worker. */
    static final class Lane {
        private final Ring<Ended> ring;
        /** Written by the worker only. */
        private volatile long dropped;

        private Lane(int capacity) {
            this.ring = new Ring<>(capacity);
        }

        @SuppressWarnings("NonAtomicVolatileUpdate") // one writer
        private void add(Ended ended) {
            if (!ring.offer(ended)) {
                dropped++;
            }
        }

        /** The oldest waiting session; null if the ring is empty. The writer only. */
        @Nullable
        Ended poll() {
            return ring.poll();
        }
    }

    private final List<Lane> lanes;

    /**
     * @param capacity of each ring, a power of two
     */
    Lanes(int workers, int capacity) {
        this.lanes = Stream.generate(() -> new Lane(capacity)).limit(workers).toList();
    }

    /** Adds a session, or drops it if the ring is full. On the worker's thread. */
    void add(int worker, SessionEnd end) {
        lanes.get(worker).add(new Ended(end, System.currentTimeMillis()));
    }

    List<Lane> all() {
        return lanes;
    }

    /** Sessions dropped since their ring was full. Any thread. */
    long dropped() {
        return lanes.stream().mapToLong(lane -> lane.dropped).sum();
    }

    /** Approximate number of waiting sessions. Any thread. */
    long waiting() {
        return lanes.stream().mapToLong(lane -> lane.ring.size()).sum();
    }

    /** True if every ring is empty. The writer only. */
    boolean areEmpty() {
        return lanes.stream().allMatch(lane -> lane.ring.isEmpty());
    }

    /** Removes the waiting sessions and returns their number. The writer only. */
    long clear() {
        long count = 0;
        for (Lane lane : lanes) {
            while (lane.poll() != null) {
                count++;
            }
        }
        return count;
    }
}
