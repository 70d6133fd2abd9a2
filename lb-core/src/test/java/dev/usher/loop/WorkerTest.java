package dev.usher.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.testing.Await;
import dev.usher.testing.ManualClock;
import dev.usher.testing.Transports;
import dev.usher.time.Clock;
import dev.usher.time.Deadline;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class WorkerTest {
    private final ManualClock clock = new ManualClock();
    private final Worker byHand = worker(clock);

    private static Worker worker(Clock clock) {
        try {
            return new Worker("worker", Transports.underTest(), clock, 1 << 20);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @AfterEach
    void close() {
        byHand.stop();
        byHand.run();
    }

    @Test
    void mailIsTakenInItsOrderAndNotAllInOneTurn() throws IOException {
        List<Integer> taken = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            int number = i;
            assertTrue(byHand.submit(() -> taken.add(number)));
        }
        byHand.runOnce();
        int first = taken.size();
        assertTrue(first > 0 && first < 100, first + " in one turn");
        byHand.runOnce();
        assertEquals(100, taken.size());
        assertEquals(taken.stream().sorted().toList(), taken);
        assertEquals(2, byHand.turns().get());
    }

    @Test
    void aFullMailboxSaysSo() throws IOException {
        int accepted = 0;
        while (byHand.submit(() -> {})) {
            accepted++;
        }
        assertEquals(1024, accepted);
        assertFalse(byHand.submit(() -> {}));
        byHand.runOnce();
        assertTrue(byHand.submit(() -> {}), "there is room again");
    }

    @Test
    void deadlinesAreToldAtTheirMoment() throws IOException {
        AtomicInteger told = new AtomicInteger();
        Deadline deadline = new Deadline(told::incrementAndGet);
        byHand.arm(deadline, Duration.ofSeconds(10).toNanos()); // which is behind the wrap of nanoseconds
        clock.advance(Duration.ofSeconds(10).minusNanos(1));
        byHand.submit(() -> {});
        byHand.runOnce();
        assertEquals(0, told.get());
        clock.advance(Duration.ofNanos(1));
        byHand.runOnce(); // without mail: it must not wait
        assertEquals(1, told.get());
    }

    @Test
    void aTaskThatFailsDoesNotEndTheThread() throws Exception {
        Worker worker = worker(Clock.SYSTEM);
        Thread thread = worker.start();
        CountDownLatch after = new CountDownLatch(1);
        worker.submit(() -> {
            throw new AssertionError("on purpose");
        });
        worker.submit(after::countDown);
        assertTrue(after.await(10, java.util.concurrent.TimeUnit.SECONDS));
        assertEquals(1, worker.bugs().get());
        worker.stop();
        thread.join(Duration.ofSeconds(10));
        assertFalse(thread.isAlive());
    }

    /** Asleep without a deadline, and asleep until one: mail and a nearer deadline must wake it. */
    @Test
    void aSleepingWorkerIsWoken() {
        Worker worker = worker(Clock.SYSTEM);
        Thread thread = worker.start();
        AtomicInteger told = new AtomicInteger();
        Deadline far = new Deadline(() -> {});
        Deadline near = new Deadline(told::incrementAndGet);
        worker.submit(() -> worker.arm(far, Duration.ofHours(1).toNanos()));
        Await.until(() -> worker.turns().get() > 0, "the first mail is taken");
        worker.submit(() -> worker.arm(near, Duration.ofMillis(20).toNanos()));
        Await.until(() -> told.get() == 1, "the near deadline is told");
        assertTrue(worker.turns().get() < 20, worker.turns().get() + " turns");
        worker.stop();
        Await.until(() -> !thread.isAlive(), "the thread ends");
    }
}
