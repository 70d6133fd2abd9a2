package dev.usher.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.config.BackendConfig;
import dev.usher.config.Balance;
import dev.usher.config.HostPort;
import dev.usher.config.PoolConfig;
import dev.usher.config.TimeoutsConfig;
import dev.usher.testing.PoolConfigBuilder;
import dev.usher.testing.TestPools;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Backends are named by their ports: a is port 1, b port 2, and so on. */
class PoolTest {
    private static final InetSocketAddress ADDRESS = new InetSocketAddress("192.0.2.1", 443);

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

    private static Backend pick(Pool pool, Backend... tried) {
        return Objects.requireNonNull(pool.pick(0, List.of(tried)));
    }

    private static String picks(Pool pool, int count) {
        return IntStream.range(0, count)
                .mapToObj(_ -> TestPools.letter(pick(pool)))
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
        assertEquals("c", TestPools.letter(pick(pool, pool.backends().getFirst())));
    }

    @Test
    void aPoolOfBackupsServes() {
        assertEquals("ab", picks(pool(backend(0, 1, 0, true), backend(1, 1, 0, true)), 2));
    }

    @Test
    void theLatenciesOfAWorkerAreItsOwn() {
        Pool pool = TestPools.of(PoolConfig.of("web", List.of(backend(0, 1, 0, false))), 3);
        assertTrue(pool.allLatencies().isEmpty(), "an idle pool costs nothing");
        assertTrue(pool.latencies(1).equals(pool.latencies(1)));
        assertTrue(!pool.latencies(1).equals(pool.latencies(2)));
        assertEquals(2, pool.allLatencies().size());
    }

    // ---- settings, and backends that clients name ----

    @Test
    void hasItsTimeOutsInNanosecondsAndNoLimitAsTheLongestTime() {
        TimeoutsConfig given = new TimeoutsConfig(
                Duration.ofMillis(1), Duration.ofMillis(2), null, Duration.ofMillis(4), Duration.ofMillis(5), null);
        PoolConfig config =
                PoolConfigBuilder.of("web").weights(1).timeouts(given).build();
        PoolTimeouts expected =
                new PoolTimeouts(1_000_000, 2_000_000, Long.MAX_VALUE, 4_000_000, 5_000_000, Long.MAX_VALUE);
        assertEquals(expected, TestPools.of(config, 1).timeouts());
        PoolConfig limited = PoolConfigBuilder.of("web")
                .weights(1)
                .timeouts(given.withFirstByte(Duration.ofMillis(3)).withMaxLifetime(Duration.ofMillis(6)))
                .build();
        assertEquals(
                new PoolTimeouts(1_000_000, 2_000_000, 3_000_000, 4_000_000, 5_000_000, 6_000_000),
                TestPools.of(limited, 1).timeouts());
        assertEquals(expected, TestPools.of(limited, 1).successor(config).timeouts());
    }

    @Test
    void connectionsLeaveFromTheSourceIfThereIsOne() {
        Pool any = weighted(1);
        assertNull(any.source());
        PoolConfig config =
                PoolConfigBuilder.of("web").weights(1).source("127.0.0.9").build();
        InetSocketAddress source = new InetSocketAddress("127.0.0.9", 0);
        assertEquals(source, TestPools.of(config, 1).source());
        assertEquals(source, any.successor(config).source());
    }

    @Test
    void isCalledByItsName() {
        Pool pool = weighted(1);
        assertEquals("web", pool.name());
        assertEquals("web", pool.toString());
        assertEquals("web", pool.config().name());
    }

    @Test
    void refusalsOfFullBackendsAreCountedOncePerSession() {
        Pool pool = pool(backend(0, 1, 1, false));
        Backend only = pick(pool);
        assertEquals(0, pool.timesFull());
        assertNull(pool.pick(0, List.of()));
        assertNull(pool.pick(0, List.of(only)), "a second attempt of a session");
        assertEquals(1, pool.timesFull());
        pool.roster().setAdminState(only, AdminState.DISABLED, "disabled by anna", 0);
        assertNull(pool.pick(0, List.of()));
        assertEquals(1, pool.timesFull(), "nobody serves, so nobody is full");
    }

    /** A draw of 0..99 below the part is refused, at a session's first attempt alone. */
    @Test
    void theRefusedPartLeadsNowhere() {
        PoolConfig half = PoolConfigBuilder.of("web").weights(1).refused(50).build();
        AtomicInteger drawn = new AtomicInteger();
        Pool pool = new Pool(half, 1, PoolWatcher.NONE, () -> {}, new RandomGenerator() {
            @Override
            public int nextInt(int bound) {
                assertEquals(100, bound);
                return drawn.get();
            }

            @Override
            public long nextLong() {
                return 0;
            }
        });
        pool.roster().setBackends(TestPools.members(half), 0);
        drawn.set(49);
        assertNull(pool.pick(0, List.of()));
        assertNotNull(pool.pick(0, pool(backend(7, 1, 0, false)).backends()), "it was served before");
        drawn.set(50);
        assertNotNull(pool.pick(0, List.of()));
        assertEquals(0, pool.timesFull());
    }

    @ParameterizedTest
    @CsvSource({
        "FIRST, true",
        "CLIENT_HASH, true",
        "ROUND_ROBIN, false",
        "LEAST_CONNECTIONS, false",
        "RANDOM_TWO, false"
    })
    void aPickIsForeseenWhereTheClientOrTheFileDecides(Balance balance, boolean foreseen) {
        Pool pool = TestPools.of(
                PoolConfigBuilder.of("web").balance(balance).weights(1, 1).build(), 1);
        long hash = pool.clientHash(new InetSocketAddress("192.0.2.1", 4711));
        assertEquals(balance == Balance.CLIENT_HASH, hash != 0);
        assertEquals(foreseen ? pick(pool, hash) : null, pool.foreseen(hash));
        assertEquals(
                foreseen ? 1 : 0,
                pool.backends().stream().mapToInt(Backend::open).sum(),
                "it takes no place");
    }

    private static Backend pick(Pool pool, long hash) {
        return Objects.requireNonNull(pool.pick(hash, List.of()));
    }

    /** What the keeper was asked to look after: the pool of the name, not the template. */
    @Test
    void aNamedPoolIsLookedAfterOnItsOwnAndItsChangesAreNoEvents() {
        PoolConfig config = PoolConfig.of("web", List.of(BackendConfig.of(HostPort.parse("{name}:443"))));
        List<String> told = new ArrayList<>();
        Pool template = new Pool(config, 1, PoolWatcher.NONE, () -> told.add("template"));
        PoolConfig filled = config.filled(HostPort.parse("www.example.com:443"));
        Pool named =
                template.named(filled, pool -> told.add(pool.config().backends().toString()));
        named.roster().setBackends(List.of(new Roster.Member(filled.backends().getFirst(), ADDRESS)), 0);
        Backend backend = named.backends().getFirst();
        named.fared(backend, RecentSessions.Outcome.ANSWERED, 0, 0);
        assertEquals(List.of(filled.backends().toString()), told);
        assertEquals(template.timeouts(), named.timeouts());
        named.latencies(0);
        assertEquals(1, template.allLatencies().size(), "figures are of the template");
    }

    @ParameterizedTest
    @CsvSource({"true, true", "false, false"})
    void aTemplateIsKeptWithThePoolsBehindIt(boolean soon, boolean again) {
        PoolConfig config = PoolConfig.of("web", List.of(BackendConfig.of(HostPort.parse("{name}:443"))));
        Pool template = new Pool(config, 1, PoolWatcher.NONE, () -> {});
        assertNull(template.byName());
        assertFalse(template.keep(5));
        KeptByName behind = new KeptByName(soon);
        template.findBy(behind);
        assertEquals(behind, template.byName());
        assertEquals(again, template.keep(5));
        assertEquals(5, behind.keptAt);
    }

    /** Pools behind a template, of which only the keeping matters. */
    private static final class KeptByName implements ByName {
        private final boolean soon;
        private long keptAt;

        private KeptByName(boolean soon) {
            this.soon = soon;
        }

        @Override
        public @Nullable Found find(HostPort address, InetAddress client, Consumer<Found> later) {
            return null;
        }

        @Override
        public @Nullable Found known(HostPort address) {
            return null;
        }

        @Override
        public boolean keep(long nowNanos) {
            keptAt = nowNanos;
            return soon;
        }

        @Override
        public Figures figures() {
            return Figures.NONE;
        }
    }

    @Test
    void figuresOfLookUpsAreAddedUp() {
        assertEquals(
                new ByName.Figures(11, 22, 33, 44),
                new ByName.Figures(1, 2, 3, 4).plus(new ByName.Figures(10, 20, 30, 40)));
    }

    @Test
    void aStateIsCalledByItsWordInLowerCase() {
        assertEquals(
                List.of("up", "unprobed", "down", "ejected", "draining", "disabled"),
                Arrays.stream(BackendState.values()).map(BackendState::word).toList());
    }
}
