package dev.usher.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.config.Balance;
import dev.usher.config.PoolConfig;
import dev.usher.testing.PoolConfigBuilder;
import dev.usher.testing.Seed;
import dev.usher.testing.TestPools;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;
import org.junit.jupiter.params.provider.ValueSource;

/** Each way to balance, by counting. */
class BalancerTest {
    private static final int PICKS = 100_000;
    private static final int THREADS = 4;
    private static final int CLIENTS = 20_000;

    private static Pool pool(Balance balance, int... weights) {
        return TestPools.of(
                PoolConfigBuilder.of("web").balance(balance).weights(weights).build(), 1);
    }

    private static Backend pick(Pool pool, long hash, Backend... tried) {
        return Objects.requireNonNull(pool.pick(hash, List.of(tried)));
    }

    private static InetSocketAddress client(int number) {
        try {
            return new InetSocketAddress(
                    InetAddress.getByAddress(
                            new byte[] {10, (byte) (number >> 16), (byte) (number >> 8), (byte) number}),
                    4711);
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    /**
     * Picks shared by four threads, with so many sessions open all the time; the oldest of all ends before a new one. (If
     * each thread had its own, a thread that runs more than the others would give its own mix of backends more weight.)
     */
    private static AtomicIntegerArray count(Pool pool, int openAtOnce) throws Exception {
        AtomicIntegerArray counts = new AtomicIntegerArray(pool.backends().size());
        Queue<Backend> open = new ConcurrentLinkedQueue<>();
        for (int i = 0; i < openAtOnce; i++) {
            open.add(pick(pool, 0));
        }
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            threads.add(Thread.ofPlatform().start(() -> {
                for (int pick = 0; pick < PICKS / THREADS; pick++) {
                    open.remove().release();
                    Backend picked = pick(pool, 0);
                    counts.incrementAndGet(pool.backends().indexOf(picked));
                    open.add(picked);
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        open.forEach(Backend::release);
        return counts;
    }

    private static void assertFollows(AtomicIntegerArray counts, int... weights) {
        int sum = Arrays.stream(weights).sum();
        for (int i = 0; i < weights.length; i++) {
            double share = (double) counts.get(i) / PICKS;
            assertEquals((double) weights[i] / sum, share, 0.01, counts + " of " + Arrays.toString(weights));
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"ROUND_ROBIN", "LEAST_CONNECTIONS", "RANDOM_TWO"})
    void followsTheWeightsUnderConstantLoad(Balance balance) throws Exception {
        int[][] tables = {{1, 1, 1}, {3, 2, 1}, {10, 1}, {256, 128, 64, 32}, {5, 0, 3}};
        for (int[] table : tables) {
            int[] weights = Arrays.stream(table).filter(weight -> weight > 0).toArray();
            Pool pool = pool(balance, weights);
            assertFollows(count(pool, 2000), weights);
            assertEquals(0, pool.backends().stream().mapToInt(Backend::open).sum());
        }
    }

    /** Most pools have no session open most of the time: that must not mean that one backend gets them all. */
    @ParameterizedTest
    @EnumSource(names = {"ROUND_ROBIN", "LEAST_CONNECTIONS", "RANDOM_TWO"})
    void followsTheWeightsWhenSessionsAreShort(Balance balance) throws Exception {
        for (int[] weights : new int[][] {{1, 1, 1}, {2, 1}, {3, 2, 1}, {10, 1}}) {
            Pool pool = pool(balance, weights);
            AtomicIntegerArray counts = new AtomicIntegerArray(weights.length);
            for (int i = 0; i < PICKS; i++) {
                Backend picked = pick(pool, 0);
                picked.release();
                counts.incrementAndGet(pool.backends().indexOf(picked));
            }
            assertFollows(counts, weights);
        }
    }

    /** A backend that is down has its share spread over the others by their weights. */
    @ParameterizedTest
    @EnumSource(names = {"ROUND_ROBIN", "LEAST_CONNECTIONS", "RANDOM_TWO"})
    void followsTheWeightsOfThoseThatAreUp(Balance balance) throws Exception {
        Pool pool = pool(balance, 4, 3, 2, 1);
        down(pool, 1);
        AtomicIntegerArray counts = count(pool, 2000);
        assertFollows(counts, 4, 0, 2, 1);
    }

    private static void down(Pool pool, int backend) {
        pool.roster().probed(pool.backends().get(backend), ProbeOutcome.FAILURE, "refused", false, 0);
        for (int i = 1; i < pool.config().healthCheck().fall(); i++) {
            pool.roster().probed(pool.backends().get(backend), ProbeOutcome.FAILURE, "refused", false, 0);
        }
        assertEquals(BackendState.DOWN, pool.backends().get(backend).state());
    }

    /** Sessions that last are what this is for: a backend whose sessions hang gets no more. */
    @ParameterizedTest
    @EnumSource(names = {"LEAST_CONNECTIONS", "RANDOM_TWO"})
    void looksAtOpenSessions(Balance balance) {
        Pool pool = pool(balance, 1, 1, 1, 1);
        Backend hanging = pool.backends().getFirst();
        for (int i = 0; i < 100; i++) {
            hanging.take();
        }
        int more = 0;
        for (int i = 0; i < 300; i++) {
            if (pick(pool, 0).equals(hanging)) {
                more++;
            }
        }
        int allowed = balance == Balance.LEAST_CONNECTIONS ? 1 : 40; // drawn twice: one in sixteen
        assertTrue(more <= allowed, balance + " gave " + more + " of 300 to it");
    }

    /** Whatever the search begins with, and whoever is full, tried or down: nobody that can take it has less. */
    @Test
    void leastConnectionsIsTheLeastForItsWeight() {
        Random random = new Random(Seed.of(getClass()));
        for (int round = 0; round < 300; round++) {
            int[] weights = random.ints(1 + random.nextInt(12), 1, 6).toArray();
            Pool pool = pool(Balance.LEAST_CONNECTIONS, weights);
            pool.backends().forEach(backend -> takeUpTo(backend, random.nextInt(20)));
            Backend down = pool.backends().get(random.nextInt(weights.length));
            down(pool, pool.backends().indexOf(down));
            Backend tried = pool.backends().get(random.nextInt(weights.length));
            OptionalDouble least = pool.backends().stream()
                    .filter(backend -> backend != down && backend != tried)
                    .mapToDouble(backend -> (double) backend.open() / backend.weight())
                    .min();
            Backend picked = pool.pick(0, List.of(tried));
            if (least.isEmpty()) {
                assertNull(picked);
            } else {
                assertNotNull(picked);
                assertEquals(least.getAsDouble(), (picked.open() - 1.0) / picked.weight(), 1e-9);
            }
        }
    }

    private static void takeUpTo(Backend backend, int open) {
        while (backend.open() < open) {
            backend.take();
        }
    }

    @Test
    void leastConnectionsLevelsByWeight() {
        Pool pool = pool(Balance.LEAST_CONNECTIONS, 3, 1);
        for (int i = 0; i < 400; i++) {
            pick(pool, 0);
        }
        assertEquals(300, pool.backends().getFirst().open(), 1);
    }

    @Test
    void firstIsTheFirstOfTheFileThatCan() {
        Pool pool = pool(Balance.FIRST, 1, 256, 1);
        Backend a = pool.backends().getFirst();
        Backend b = pool.backends().get(1);
        Backend c = pool.backends().getLast();
        assertSame(a, pick(pool, 0));
        assertSame(b, pick(pool, 0, a));
        assertSame(c, pick(pool, 0, a, b));
        down(pool, 0);
        assertSame(b, pick(pool, 0));
    }

    // ---- whatever the balance ----

    @ParameterizedTest
    @EnumSource
    void whatWasTriedIsNotPicked(Balance balance) {
        Pool pool = pool(balance, 4, 2, 1);
        for (int client = 0; client < 100; client++) {
            long hash = pool.clientHash(client(client));
            Backend first = pick(pool, hash);
            Backend second = pick(pool, hash, first);
            Backend third = pick(pool, hash, first, second);
            assertEquals(Set.copyOf(pool.backends()), Set.of(first, second, third));
            assertNull(pool.pick(hash, List.of(first, second, third)));
        }
    }

    @ParameterizedTest
    @EnumSource
    void backupsServeOnlyWhenNoOtherCan(Balance balance) {
        PoolConfig config = PoolConfigBuilder.of("web")
                .balance(balance)
                .backend(1, 0, true)
                .backend(1, 0, false)
                .backend(1, 0, true)
                .build();
        Pool pool = TestPools.of(config, 1);
        Backend other = pool.backends().get(1);
        Set<Backend> backups =
                Set.of(pool.backends().getFirst(), pool.backends().getLast());
        for (int client = 0; client < 200; client++) {
            assertSame(other, pick(pool, pool.clientHash(client(client))));
        }
        assertTrue(backups.contains(pick(pool, pool.clientHash(client(1)), other)));
        down(pool, 1);
        Set<Backend> picked = new HashSet<>();
        for (int client = 0; client < 200; client++) {
            picked.add(pick(pool, pool.clientHash(client(client))));
        }
        assertEquals(balance == Balance.FIRST ? Set.of(pool.backends().getFirst()) : backups, picked);
    }

    /** Not even by one: what a backend can take is what its owner has measured. */
    @ParameterizedTest
    @EnumSource
    void maxConnectionsHoldAmongWorkers(Balance balance) throws Exception {
        PoolConfig config = PoolConfigBuilder.of("web")
                .balance(balance)
                .backend(1, 3, false)
                .backend(1, 2, false)
                .build();
        for (int round = 0; round < 300; round++) {
            Pool pool = TestPools.of(config, 1);
            AtomicIntegerArray given = new AtomicIntegerArray(1);
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                threads.add(Thread.ofPlatform().start(() -> {
                    for (int pick = 0; pick < 4; pick++) {
                        if (pool.pick(0, List.of()) != null) {
                            given.incrementAndGet(0);
                        }
                    }
                }));
            }
            for (Thread thread : threads) {
                thread.join();
            }
            assertEquals(3, pool.backends().getFirst().open(), "round " + round);
            assertEquals(2, pool.backends().getLast().open(), "round " + round);
            assertEquals(5, given.get(0));
            pool.backends().getFirst().release();
            assertSame(pool.backends().getFirst(), pick(pool, 0));
        }
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "CLIENT_HASH")
    void onlyClientHashLooksAtTheClient(Balance balance) {
        assertEquals(0, pool(balance, 1).clientHash(client(1)));
    }

    // ---- client-hash ----

    private static Backend of(Pool pool, int client) {
        Backend picked = pick(pool, pool.clientHash(client(client)));
        picked.release();
        return picked;
    }

    private static int moved(Pool before, Pool after) {
        int moved = 0;
        for (int client = 0; client < CLIENTS; client++) {
            if (!of(before, client).name().equals(of(after, client).name())) {
                moved++;
            }
        }
        return moved;
    }

    private static int[] ones(int count) {
        return IntStream.generate(() -> 1).limit(count).toArray();
    }

    private static Pool without(Pool pool, int backend, boolean reversed) {
        List<Roster.Member> members = new ArrayList<>(TestPools.members(pool.config()));
        if (backend >= 0) {
            members.remove(backend);
        }
        if (reversed) {
            Collections.reverse(members);
        }
        Pool other = new Pool(pool.config(), 1, PoolWatcher.NONE, () -> {});
        other.roster().setBackends(members, 0);
        return other;
    }

    @Test
    void clientHashIsTheClientsWhateverItsPort() {
        Pool pool = pool(Balance.CLIENT_HASH, 1, 1, 1);
        long hash = pool.clientHash(client(7));
        assertEquals(hash, pool.clientHash(new InetSocketAddress(client(7).getAddress(), 1)));
        Backend picked = pick(pool, hash);
        for (int i = 0; i < 100; i++) {
            assertSame(picked, pick(pool, hash));
        }
    }

    /** Instances that never talk to each other agree; a resolver gives the addresses of a name in any order. */
    @Test
    void poolsBuiltIndependentlyAgree() {
        for (int[] weights : new int[][] {ones(2), ones(7), {5, 3, 1, 1}, ones(30)}) {
            Pool one = pool(Balance.CLIENT_HASH, weights);
            assertEquals(0, moved(one, pool(Balance.CLIENT_HASH, weights)));
            if (Arrays.stream(weights).distinct().count() == 1) {
                assertEquals(0, moved(one, without(one, -1, true)), "whatever the order of the addresses");
            }
        }
    }

    /** Around each of these sizes: a table whose size follows the pool would move everybody at some of them. */
    @ParameterizedTest
    @ValueSource(ints = {2, 3, 5, 10, 11, 20, 21, 40, 41, 82})
    void losingOneBackendMovesItsClientsOnly(int count) {
        Pool all = pool(Balance.CLIENT_HASH, ones(count));
        for (int lost : new int[] {0, count / 2, count - 1}) {
            double mayMove = CLIENTS * (1.0 / count + 0.02);
            int removed = moved(all, without(all, lost, false));
            assertTrue(removed <= mayMove, removed + " of " + CLIENTS + " moved when 1 of " + count + " was removed");
            assertTrue(removed >= CLIENTS * (1.0 / count - 0.02), "those of the backend that is gone");
            Pool lame = pool(Balance.CLIENT_HASH, ones(count));
            down(lame, lost);
            assertEquals(0, moved(lame, without(all, lost, false)), "down or gone is the same");
        }
    }

    @Test
    void aBackendThatComesBackGetsItsClientsBack() {
        Pool pool = pool(Balance.CLIENT_HASH, ones(5));
        Pool untouched = pool(Balance.CLIENT_HASH, ones(5));
        down(pool, 2);
        assertTrue(moved(untouched, pool) > 0);
        pool.roster().probed(pool.backends().get(2), ProbeOutcome.SUCCESS, "connected", false, 0);
        pool.roster().probed(pool.backends().get(2), ProbeOutcome.SUCCESS, "connected", false, 0);
        assertEquals(0, moved(untouched, pool));
    }

    @Test
    void clientHashFollowsTheWeights() {
        for (int[] weights : new int[][] {ones(3), {2, 1}, {5, 3, 1, 1}, {256, 128, 1}, ones(100)}) {
            Pool pool = pool(Balance.CLIENT_HASH, weights);
            AtomicIntegerArray counts = new AtomicIntegerArray(weights.length);
            for (int client = 0; client < PICKS; client++) {
                counts.incrementAndGet(pool.backends().indexOf(of(pool, client)));
            }
            assertFollows(counts, weights);
        }
    }

    /** What a heavy backend leaves behind is spread by weight, and nobody else moves. */
    @Test
    void losingAHeavyBackendMovesItsClientsOnly() {
        Pool all = pool(Balance.CLIENT_HASH, 6, 3, 2, 1);
        Pool lame = pool(Balance.CLIENT_HASH, 6, 3, 2, 1);
        down(lame, 0);
        int moved = moved(all, lame);
        assertEquals(0.5, (double) moved / CLIENTS, 0.02);
        AtomicIntegerArray counts = new AtomicIntegerArray(4);
        for (int client = 0; client < PICKS; client++) {
            counts.incrementAndGet(lame.backends().indexOf(of(lame, client)));
        }
        assertFollows(counts, 0, 3, 2, 1);
    }

    /** A weight that is set while it runs moves what it must. */
    @Test
    void aChangedWeightMovesTheDifferenceOnly() {
        Pool before = pool(Balance.CLIENT_HASH, ones(10));
        Pool after = pool(Balance.CLIENT_HASH, ones(10));
        after.roster().setWeight(after.backends().getFirst(), 2, 0);
        int moved = moved(before, after);
        assertTrue(moved < CLIENTS * 0.13, moved + " of " + CLIENTS + " moved for one eleventh of the weight");
    }

    @Test
    void clientHashOfAFullBackendIsSpreadOverTheOthers() {
        PoolConfig config = PoolConfigBuilder.of("web")
                .balance(Balance.CLIENT_HASH)
                .backend(1, 1, false)
                .weights(1, 1)
                .build();
        Pool pool = TestPools.of(config, 1);
        Backend small = pool.backends().getFirst();
        assertTrue(small.take());
        assertFalse(small.take(), "it has room for one");
        Set<Backend> picked = new HashSet<>();
        for (int client = 0; client < 1000; client++) {
            picked.add(of(pool, client));
        }
        assertEquals(Set.of(pool.backends().get(1), pool.backends().get(2)), picked);
        assertNotNull(small.unavailable());
    }
}
