package dev.usher.server.log;

import dev.usher.relay.SessionEnd;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Sessions on their way from the workers to the thread that writes them: a ring for each worker, and a count of the sessions that
 * found it full.
 */
final class Lanes {
    /** One session and the wall clock of its end, which is the line's time however late it is written. */
    record Ended(SessionEnd end, long atMillis) {}

    /** What one worker hands over. */
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

        /** The oldest that waits; null if none does. The writer only. */
        @Nullable
        Ended poll() {
            return ring.poll();
        }
    }

    private final List<Lane> lanes;

    /** @param capacity of each, a power of two */
    Lanes(int workers, int capacity) {
        this.lanes = Stream.generate(() -> new Lane(capacity)).limit(workers).toList();
    }

    /** On the worker's thread. */
    void add(int worker, SessionEnd end) {
        lanes.get(worker).add(new Ended(end, System.currentTimeMillis()));
    }

    List<Lane> all() {
        return lanes;
    }

    /** Sessions that found their ring full. Any thread. */
    long dropped() {
        return lanes.stream().mapToLong(lane -> lane.dropped).sum();
    }

    /** About how many wait. Any thread. */
    long waiting() {
        return lanes.stream().mapToLong(lane -> lane.ring.size()).sum();
    }

    /** The writer only. */
    boolean areEmpty() {
        return lanes.stream().allMatch(lane -> lane.ring.isEmpty());
    }

    /** Takes out all that wait, and says how many those were. The writer only. */
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
