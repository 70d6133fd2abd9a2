package dev.usher.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.config.BackendConfig;
import dev.usher.config.HostPort;
import dev.usher.config.PoolConfig;
import dev.usher.testing.TestPools;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Backends are named by their ports: a is port 1, b port 2, and so on. */
class PoolTest {
    private static Pool weighted(int... weights) {
        return pool(IntStream.range(0, weights.length)
                .mapToObj(i -> backend(i, weights[i], 0, false))
                .toArray(BackendConfig[]::new));
    }

    private static BackendConfig backend(int number, int weight, int maxConnections, boolean backup) {
        return new BackendConfig(new HostPort("127.0.0.1", number + 1), weight, maxConnections, backup);
    }

    private static Pool pool(BackendConfig... backends) {
        return TestPools.of(PoolConfig.of("web", List.of(backends)), 1);
    }

    private static char letter(Backend backend) {
        return (char) ('a' + TestPools.port(backend.config()) - 1);
    }

    private static Backend pick(Pool pool, Backend... tried) {
        return Objects.requireNonNull(pool.pick(0, List.of(tried)));
    }

    private static String picks(Pool pool, int count) {
        return IntStream.range(0, count)
                .mapToObj(_ -> String.valueOf(letter(pick(pool))))
                .collect(Collectors.joining());
    }

    @Test
    void equalBackendsTakeTurns() {
        assertEquals("abcabcab", picks(weighted(1, 1, 1), 8));
        assertEquals("abcabcab", picks(weighted(7, 7, 7), 8));
    }

    @Test
    void weightsAreSpreadAndNotBunched() {
        assertEquals("aabacaa" + "aabacaa", picks(weighted(5, 1, 1), 14));
    }

    @Test
    void aRoundHasEachBackendAsOftenAsItsWeight() {
        int[][] tables = {{1}, {3, 2}, {256, 1}, {4, 6, 10}, {1, 2, 3, 4, 5}, {255, 256}};
        for (int[] weights : tables) {
            int sum = Arrays.stream(weights).sum();
            Map<Character, Integer> counts = new TreeMap<>();
            String round = picks(weighted(weights), sum);
            round.chars().forEach(c -> counts.merge((char) c, 1, Integer::sum));
            for (int i = 0; i < weights.length; i++) {
                assertEquals(weights[i], counts.get((char) ('a' + i)), Arrays.toString(weights));
            }
        }
    }

    /** At no moment is any backend more than one turn away from its share. */
    @Test
    void everyPrefixIsCloseToTheWeights() {
        int[] weights = {7, 3, 5, 1};
        String picks = picks(weighted(weights), 64);
        for (int length = 1; length <= picks.length(); length++) {
            for (int i = 0; i < weights.length; i++) {
                char name = (char) ('a' + i);
                long had = picks.substring(0, length)
                        .chars()
                        .filter(c -> c == name)
                        .count();
                assertEquals(length * weights[i] / 16.0, (double) had, 1.5, name + " in " + picks.substring(0, length));
            }
        }
    }

    @Test
    void aPickCountsAsOpenUntilItIsReleased() {
        Pool pool = weighted(1);
        Backend backend = pick(pool);
        pick(pool);
        assertEquals(2, backend.open());
        backend.release();
        assertEquals(1, backend.open());
    }

    @Test
    void whatWasTriedIsNotPickedAgain() {
        Pool pool = weighted(3, 1, 1);
        for (int i = 0; i < 10; i++) {
            Backend first = pick(pool);
            Backend second = pick(pool, first);
            Backend third = pick(pool, first, second);
            assertEquals(3, List.of(first, second, third).stream().distinct().count());
            assertNull(pool.pick(0, List.of(first, second, third)));
        }
    }

    @Test
    void aFullBackendPassesItsTurn() {
        Pool pool = pool(backend(0, 1, 1, false), backend(1, 1, 0, false));
        Backend small = pool.backends().getFirst();
        assertEquals("abbb", picks(pool, 4));
        assertNotNull(small.unavailable());
        small.release();
        assertNull(small.unavailable());
        assertTrue(picks(pool, 2).contains("a"));
    }

    @Test
    void aPoolWithoutAddressesHasNobody() {
        PoolConfig config = PoolConfig.of("web", List.of(backend(0, 1, 0, false), backend(1, 1, 0, false)));
        Pool pool = new Pool(config, 1, PoolWatcher.NONE, () -> {});
        assertNull(pool.pick(0, List.of()));
        pool.roster().setBackends(TestPools.members(config).subList(1, 2), 0);
        assertEquals("bbb", picks(pool, 3));
    }

    @Test
    void backupsServeOnlyWhileNoOtherCan() {
        Pool pool = pool(backend(0, 1, 2, false), backend(1, 1, 0, true), backend(2, 1, 0, true));
        assertEquals("aabcb", picks(pool, 5));
        pool.backends().getFirst().release();
        assertEquals("a", picks(pool, 1));
        assertEquals('c', letter(pick(pool, pool.backends().getFirst())));
    }

    @Test
    void aPoolOfBackupsServes() {
        assertEquals("ab", picks(pool(backend(0, 1, 0, true), backend(1, 1, 0, true)), 2));
    }

    /** Four threads share one cursor: no turn is lost and none is taken twice. */
    @Test
    void workersShareTheTurns() throws Exception {
        Pool pool = weighted(3, 2, 1);
        Map<Character, AtomicInteger> counts = new ConcurrentHashMap<>();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            threads.add(Thread.ofPlatform().start(() -> {
                for (int pick = 0; pick < 30_000; pick++) {
                    counts.computeIfAbsent(letter(pick(pool)), _ -> new AtomicInteger())
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

    @Test
    void theLatenciesOfAWorkerAreItsOwn() {
        Pool pool = TestPools.of(PoolConfig.of("web", List.of(backend(0, 1, 0, false))), 3);
        assertTrue(pool.allLatencies().isEmpty(), "an idle pool costs nothing");
        assertTrue(pool.latencies(1).equals(pool.latencies(1)));
        assertTrue(!pool.latencies(1).equals(pool.latencies(2)));
        assertEquals(2, pool.allLatencies().size());
    }
}
