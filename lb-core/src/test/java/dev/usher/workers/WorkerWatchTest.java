package dev.usher.workers;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.usher.background.Background;
import dev.usher.background.Background.Failure;
import dev.usher.config.Transport;
import dev.usher.config.UsherConfig;
import dev.usher.login.Passwords;
import dev.usher.loop.Worker;
import dev.usher.pool.Draws;
import dev.usher.relay.Routing;
import dev.usher.relay.SessionLog;
import dev.usher.relay.SharedState;
import dev.usher.relay.WorkerSessions;
import dev.usher.testing.ManualClock;
import dev.usher.testing.TestPools;
import dev.usher.testing.TestUsher;
import dev.usher.testing.Transports;
import dev.usher.time.Clock;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A worker that takes no mail is known, until it takes some. */
class WorkerWatchTest {
    private final ManualClock clock = new ManualClock();
    private final Background background = new Background(clock);
    private final Workers workers = new Workers(0, Transport.EPOLL);
    private final WorkerWatch watch;

    WorkerWatchTest() throws IOException {
        UsherConfig config = TestUsher.of().backend(TestUsher.anyBackend()).config();
        Routing routing = Routing.of(config, TestPools.of(config));
        for (int i = 0; i < 2; i++) {
            Worker worker = new Worker("worker-" + i, Transports.underTest(), Clock.SYSTEM, 1 << 20);
            SharedState shared = SharedState.of(Integer.MAX_VALUE, Clock.SYSTEM, Passwords.NONE, Draws.OF_THREADS);
            workers.add(worker, new WorkerSessions(i, 2, worker, () -> routing, SessionLog.NONE, shared));
        }
        watch = new WorkerWatch(workers, background.crowd("workers", "look"));
    }

    private List<String> failing() {
        return background.failing().stream().map(Failure::why).toList();
    }

    @Test
    void stuckWorkerIsKnownUntilItAnswers() throws IOException {
        for (int second = 0; second < 20; second++) {
            watch.look();
            workers.worker(0).runOnce();
            workers.worker(1).runOnce();
            clock.advance(Duration.ofSeconds(1));
        }
        assertEquals(List.of(), failing());
        for (int second = 0; second < 11; second++) {
            watch.look();
            workers.worker(0).runOnce();
            clock.advance(Duration.ofSeconds(1));
        }
        assertEquals(List.of("worker-1: it has been stuck for more than 10 s"), failing());
        workers.worker(1).runOnce();
        watch.look();
        assertEquals(List.of(), failing());
    }
}
