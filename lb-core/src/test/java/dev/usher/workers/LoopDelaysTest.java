package dev.usher.workers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.config.Transport;
import dev.usher.config.UsherConfig;
import dev.usher.login.Passwords;
import dev.usher.login.UserCheck;
import dev.usher.loop.Worker;
import dev.usher.opening.Openings;
import dev.usher.pool.Draws;
import dev.usher.relay.ClientLimits;
import dev.usher.relay.OpenHellos;
import dev.usher.relay.OwnConnections;
import dev.usher.relay.Room;
import dev.usher.relay.Routing;
import dev.usher.relay.SessionLog;
import dev.usher.relay.SharedState;
import dev.usher.relay.WorkerSessions;
import dev.usher.testing.TestPools;
import dev.usher.testing.TestUsher;
import dev.usher.testing.Transports;
import dev.usher.time.Clock;
import dev.usher.view.LoopDelay;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A worker that takes its mail says how long that lay there; one that does not is seen as such. */
class LoopDelaysTest {
    private final Workers workers = new Workers(0, Transport.EPOLL);
    private final LoopDelays delays = new LoopDelays(workers, Clock.SYSTEM);

    LoopDelaysTest() throws IOException {
        UsherConfig config = TestUsher.of().backend(TestUsher.anyBackend()).config();
        Routing routing = Routing.of(config, TestPools.of(config));
        for (int i = 0; i < 2; i++) {
            Worker worker = new Worker("worker-" + i, Transports.underTest(), Clock.SYSTEM, 1 << 20);
            SharedState shared = new SharedState(
                    "t-",
                    new Room(Integer.MAX_VALUE, Clock.SYSTEM),
                    new ClientLimits(Clock.SYSTEM, Draws.OF_THREADS),
                    new OwnConnections(),
                    new UserCheck(Passwords.NONE, Clock.SYSTEM),
                    new OpenHellos(),
                    Openings.BY_TYPE,
                    Draws.OF_THREADS);
            workers.add(worker, new WorkerSessions(i, 2, worker, () -> routing, SessionLog.NONE, shared));
        }
        workers.start();
    }

    @AfterEach
    void stop() {
        workers.stop();
    }

    @Test
    void areShortWhereNothingIsToDo() {
        List<LoopDelay> measured = delays.measure();
        assertEquals(2, measured.size());
        measured.forEach(delay -> {
            assertTrue(delay.answered());
            assertFalse(delay.waited().isNegative());
        });
    }

    @Test
    void ofAStuckWorkerGrowUntilItIsFree() throws IOException {
        CountDownLatch free = new CountDownLatch(1);
        CountDownLatch stuck = new CountDownLatch(1);
        workers.worker(1).submit(() -> {
            stuck.countDown();
            await(free);
        });
        await(stuck);
        LoopDelay first = delays.measure().getLast();
        assertFalse(first.answered());
        assertTrue(first.waited().compareTo(Duration.ofMillis(900)) > 0, first.toString());
        List<LoopDelay> next = delays.measure();
        assertTrue(next.getFirst().answered(), "the other one is not stuck");
        assertFalse(next.getLast().answered());
        assertTrue(
                next.getLast().waited().compareTo(Duration.ofMillis(1900)) > 0, "the first one still waits: " + next);
        free.countDown();
        workers.on(1, _ -> {});
        assertTrue(delays.measure().getLast().answered());
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
