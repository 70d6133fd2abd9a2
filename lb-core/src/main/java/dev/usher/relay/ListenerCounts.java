package dev.usher.relay;

import dev.usher.end.CloseReason;
import dev.usher.loop.AcceptPause;
import dev.usher.metrics.Counter;
import dev.usher.metrics.EnumCounters;
import dev.usher.metrics.Latency;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * Counters of one listener: open connections of all workers together, held against the limit, and counters of each
 * worker.
 */
public final class ListenerCounts {
    private final String name;
    private final AtomicInteger open = new AtomicInteger();
    private final List<OfWorker> workers;

    /** @param workers how many there are */
    public ListenerCounts(String name, int workers) {
        this.name = name;
        this.workers = Stream.generate(OfWorker::new).limit(workers).toList();
    }

    public String name() {
        return name;
    }

    /** Counters of each worker, by index. */
    public List<OfWorker> workers() {
        return workers;
    }

    /** Open connections, of all workers together. */
    AtomicInteger open() {
        return open;
    }

    /** Counters of one worker. */
    public static final class OfWorker {
        private final Counter accepted = new Counter();
        private final Counter open = new Counter();
        private final EnumCounters<CloseReason> ended = new EnumCounters<>(CloseReason.class);
        private final EnumCounters<AcceptPause> acceptPauses = new EnumCounters<>(AcceptPause.class);
        private final Latency hello = new Latency();

        public Counter accepted() {
            return accepted;
        }

        /** Connections open now. */
        public Counter open() {
            return open;
        }

        public EnumCounters<CloseReason> ended() {
            return ended;
        }

        /** Number of pauses in accepting. */
        public EnumCounters<AcceptPause> acceptPauses() {
            return acceptPauses;
        }

        /** From accept to a whole hello. */
        public Latency hello() {
            return hello;
        }
    }
}
