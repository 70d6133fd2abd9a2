package dev.usher.admin.live;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.background.Background;
import dev.usher.testing.Await;
import dev.usher.time.Clock;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class SamplerTest {
    private static final long PERIOD_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    private final AtomicInteger samples = new AtomicInteger();
    private final Background background = new Background(Clock.SYSTEM);

    @Test
    void goesOnAfterAnException() {
        try (Sampler sampler = new Sampler(
                () -> {
                    if (samples.incrementAndGet() < 3) {
                        throw new IllegalStateException("on purpose");
                    }
                },
                background,
                PERIOD_NANOS)) {
            sampler.start();
            Await.until(() -> samples.get() > 5, "it goes on");
        }
    }

    @Test
    void takesNoneOnceItIsClosed() {
        Sampler sampler = new Sampler(samples::incrementAndGet, background, PERIOD_NANOS);
        sampler.start();
        Await.until(() -> samples.get() > 0, "it has begun");
        sampler.close();
        int then = samples.get();
        assertFalse(
                Thread.getAllStackTraces().keySet().stream()
                        .anyMatch(thread -> thread.getName().equals("admin-sampler")),
                "its thread is gone");
        assertEquals(then, samples.get());
    }

    /** Whoever closes it takes apart next what the sample looks at. */
    @Test
    @Timeout(30)
    void closeWaitsForTheSampleUnderWay() throws Exception {
        Thread closing = Thread.currentThread();
        CountDownLatch begun = new CountDownLatch(1);
        Sampler sampler = new Sampler(
                () -> {
                    begun.countDown();
                    Await.until(() -> closing.getState() == Thread.State.TIMED_WAITING, "close waits");
                    samples.incrementAndGet();
                },
                background,
                PERIOD_NANOS);
        sampler.start();
        begun.await();
        sampler.close();
        assertEquals(1, samples.get());
    }

    /** As for a worker that does not answer. */
    @Test
    @Timeout(30)
    void closeWakesASampleThatWaits() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        Sampler sampler = new Sampler(
                () -> {
                    begun.countDown();
                    try {
                        new CountDownLatch(1).await();
                    } catch (InterruptedException e) {
                        samples.incrementAndGet();
                    }
                },
                background,
                PERIOD_NANOS);
        sampler.start();
        begun.await();
        sampler.close();
        assertEquals(1, samples.get());
    }

    /** A sample that waits for what never comes must not keep the process from ending. */
    @Test
    @Timeout(30)
    void closeDoesNotWaitForASampleThatHangs() {
        CountDownLatch never = new CountDownLatch(1);
        Sampler sampler = new Sampler(
                () -> {
                    samples.incrementAndGet();
                    while (never.getCount() > 0) {
                        LockSupport.parkNanos(PERIOD_NANOS); // deaf to an interrupt, as a read of a pipe is
                    }
                },
                background,
                PERIOD_NANOS);
        sampler.start();
        Await.until(() -> samples.get() > 0, "it has begun");
        sampler.close();
        assertEquals(1, samples.get());
        never.countDown();
    }

    /** One sample takes five periods: those that were slept through are not made up for. */
    @Test
    void leavesOutWhatItWasTooLateFor() {
        long begun = System.nanoTime();
        try (Sampler sampler = new Sampler(
                () -> {
                    if (samples.incrementAndGet() == 1) {
                        Await.until(() -> System.nanoTime() - begun > 10 * PERIOD_NANOS, "time passes");
                    }
                },
                background,
                PERIOD_NANOS)) {
            sampler.start();
            Await.until(() -> samples.get() > 3, "it goes on");
            long took = System.nanoTime() - begun;
            assertTrue(took > 12 * PERIOD_NANOS, took / 1_000_000 + " ms for three more");
        }
    }

    @Test
    void saysThatItFailsUntilItDoesNot() {
        try (Sampler sampler = new Sampler(
                () -> {
                    if (samples.incrementAndGet() < 20) {
                        throw new IllegalStateException("on purpose");
                    }
                },
                background,
                PERIOD_NANOS)) {
            sampler.start();
            Await.until(() -> background.failing().size() == 1, "it is said");
            assertEquals("live figures", background.failing().getFirst().task());
            Await.until(() -> background.failing().isEmpty(), "it is taken back");
        }
    }
}
