package dev.usher.workers;

import dev.usher.loop.Worker;
import dev.usher.time.Clock;
import dev.usher.view.LoopDelay;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The time that a posted task waits for each worker. Measured on request, by posting a task. */
public final class LoopDelays {
    /**
     * Upper bound of the wait for a stuck worker: no longer than the interval of a caller that measures once a second.
     */
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    /** What is posted. */
    private final class Ping implements Runnable {
        private final long postedNanos = clock.nanos();
        private final CountDownLatch taken = new CountDownLatch(1);
        private volatile long takenNanos;

        @Override
        public void run() {
            takenNanos = clock.nanos();
            taken.countDown();
        }

        boolean isTaken() {
            return taken.getCount() == 0;
        }

        LoopDelay delay() {
            boolean answered = isTaken();
            return new LoopDelay(Duration.ofNanos((answered ? takenNanos : clock.nanos()) - postedNanos), answered);
        }
    }

    private final Workers workers;
    private final Clock clock;
    /** The last ping of each worker, waiting or taken. So a stuck worker has at most one ping in its mail. */
    private final List<@Nullable Ping> last = new ArrayList<>();

    public LoopDelays(Workers workers, Clock clock) {
        this.workers = workers;
        this.clock = clock;
    }

    /** The delays by worker index. */
    public synchronized List<LoopDelay> measure() {
        for (int i = last.size(); i < workers.count(); i++) {
            last.add(null);
        }
        for (int i = 0; i < workers.count(); i++) {
            last.set(i, posted(workers.worker(i), last.get(i)));
        }
        long deadline = clock.nanos() + PATIENCE.toNanos();
        List<LoopDelay> delays = new ArrayList<>();
        for (Ping ping : last) {
            delays.add(ping == null ? new LoopDelay(PATIENCE, false) : await(ping, deadline));
        }
        return delays;
    }

    /** The ping in a worker's mail; null if the worker takes no more mail. */
    private @Nullable Ping posted(Worker worker, @Nullable Ping before) {
        if (before != null && !before.isTaken()) {
            return before;
        }
        Ping ping = new Ping();
        return worker.submit(ping) ? ping : null;
    }

    private LoopDelay await(Ping ping, long deadline) {
        try {
            boolean _ = ping.taken.await(deadline - clock.nanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return ping.delay();
    }
}
