package dev.usher.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.testing.ManualClock;
import dev.usher.testing.PoolConfigBuilder;
import dev.usher.testing.TestPools;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Goal: workers that use one pool at once lose nothing and take nothing twice. Method: four threads, many rounds. */
class WorkersTest {
    private final ManualClock clock = new ManualClock();

    /** Four threads share one cursor: no turn is lost and none is taken twice. */
    @Test
    void workersShareTheTurns() throws Exception {
        Pool pool = TestPools.of(PoolConfigBuilder.of("web").weights(3, 2, 1).build(), 1);
        Map<String, AtomicInteger> counts = new ConcurrentHashMap<>();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            threads.add(Thread.ofPlatform().start(() -> {
                for (int pick = 0; pick < 30_000; pick++) {
                    counts.computeIfAbsent(
                                    TestPools.letter(Objects.requireNonNull(pool.pick(0, List.of()))),
                                    _ -> new AtomicInteger())
                            .incrementAndGet();
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertEquals("{a=60000, b=40000, c=20000}", new TreeMap<>(counts).toString());
        assertEquals(60_000, pool.backends().getFirst().open());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 10, 33, 50, 100})
    void racingWorkersNeverEjectMoreThanThePoolCanSpare(int percent) throws Exception {
        for (int round = 0; round < 50; round++) {
            Pool pool = TestPools.of(
                    PoolConfigBuilder.of("web")
                            .weights(1, 1, 1, 1, 1, 1, 1, 1, 1, 1)
                            .ejection(3, Duration.ofSeconds(10), Duration.ofSeconds(35), percent)
                            .build(),
                    1);
            CyclicBarrier together = new CyclicBarrier(4);
            List<Thread> threads = new ArrayList<>();
            AtomicInteger most = new AtomicInteger();
            for (int i = 0; i < 4; i++) {
                threads.add(Thread.ofPlatform().start(() -> {
                    await(together);
                    for (int failure = 0; failure < 40; failure++) {
                        pool.blame(pool.backends().get(failure % 10), clock.nanos());
                        most.accumulateAndGet(ejected(pool), Math::max);
                    }
                }));
            }
            for (Thread thread : threads) {
                thread.join();
            }
            assertTrue(most.get() <= percent / 10, most + " of 10 were out with " + percent + " %");
            assertEquals(percent / 10, ejected(pool), "and as many as may were");
            clock.advance(Duration.ofMinutes(1));
            pool.roster().keep(clock.nanos());
            assertEquals(0, ejected(pool));
            assertFalse(pool.roster().keep(clock.nanos()), "no place is lost");
        }
    }

    private static void await(CyclicBarrier barrier) {
        try {
            barrier.await();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static int ejected(Pool pool) {
        return (int) pool.backends().stream()
                .filter(backend -> backend.state() == BackendState.EJECTED)
                .count();
    }
}
