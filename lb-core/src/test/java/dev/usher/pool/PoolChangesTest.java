package dev.usher.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.config.BackendConfig;
import dev.usher.config.Balance;
import dev.usher.config.HealthCheckConfig;
import dev.usher.config.HostPort;
import dev.usher.config.PoolConfig;
import dev.usher.pool.Roster.Member;
import dev.usher.testing.Await;
import dev.usher.testing.ManualClock;
import dev.usher.testing.PoolConfigBuilder;
import dev.usher.testing.TestPools;
import dev.usher.time.WallClock;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a backend is, who is told, and what the next configuration keeps of it. */
class PoolChangesTest {
    private final ManualClock clock = new ManualClock();
    private final List<String> told = new ArrayList<>();
    private final AtomicInteger woken = new AtomicInteger();

    /** Notes all it is told, as {@code b:UP>DOWN} and {@code serving 1}. */
    private final PoolWatcher watcher = new PoolWatcher() {
        @Override
        public void onBackend(Pool pool, Backend backend, BackendState before, BackendState after) {
            told.add(TestPools.letter(backend) + ":" + before + ">" + after);
        }

        @Override
        public void onPool(Pool pool, int serving) {
            told.add("serving " + serving);
        }
    };

    private Pool start(PoolConfigBuilder config) {
        return start(config.build());
    }

    private Pool start(PoolConfig config) {
        Pool pool = new Pool(config, 1, watcher, woken::incrementAndGet);
        pool.roster().setBackends(TestPools.members(config), clock.nanos());
        return pool;
    }

    private static PoolConfigBuilder probed(int... weights) {
        return PoolConfigBuilder.of("web").weights(weights).check(HealthCheckConfig.Type.TCP);
    }

    private void probe(Pool pool, int backend, boolean success) {
        pool.roster()
                .probed(
                        pool.backends().get(backend),
                        success ? ProbeOutcome.SUCCESS : ProbeOutcome.FAILURE,
                        success ? "connected" : "refused",
                        false,
                        clock.nanos());
    }

    private void fail(Pool pool, int backend, int times) {
        for (int i = 0; i < times; i++) {
            pool.backends().get(backend).counts().countFailure();
            pool.blame(pool.backends().get(backend), clock.nanos());
        }
    }

    private void pass(Pool pool, Duration time) {
        clock.advance(time);
        pool.roster().keep(clock.nanos());
    }

    private List<String> news() {
        List<String> news = List.copyOf(told);
        told.clear();
        return news;
    }

    private static int share(Pool pool, int backend) {
        int count = 0;
        for (int i = 0; i < 1000; i++) {
            Backend picked = pool.pick(0, List.of());
            assertNotNull(picked);
            picked.release();
            if (picked == pool.backends().get(backend)) {
                count++;
            }
        }
        return count;
    }

    // ---- probes ----

    @Test
    void eachChangeIsToldOnce() {
        Pool pool = start(probed(1, 1));
        assertEquals(List.of(), news(), "a start is no news");
        probe(pool, 0, true);
        assertEquals(List.of("a:UNPROBED>UP"), news());
        probe(pool, 0, true);
        probe(pool, 1, false);
        assertEquals(List.of("b:UNPROBED>DOWN"), news());
        assertEquals(1, pool.serving());
        for (int i = 0; i < 5; i++) {
            probe(pool, 0, false);
        }
        assertEquals(List.of("a:UP>DOWN", "serving 0"), news());
        assertNull(pool.pick(0, List.of()));
        pool.roster().keep(clock.nanos());
        assertEquals(List.of(), news());
        for (int i = 0; i < 5; i++) {
            probe(pool, 1, true);
        }
        assertEquals(List.of("b:DOWN>UP", "serving 1"), news());
        assertEquals("connected", pool.backends().get(1).reason());
    }

    @Test
    void aBackendThatIsDownShowsItsLatestFault() {
        Pool pool = start(probed(1));
        Backend backend = pool.backends().getFirst();
        probe(pool, 0, false);
        news();
        long since = backend.changedMillis();
        while (WallClock.millis() == since) {
            Thread.onSpinWait(); // else a changed time would not show
        }
        pool.roster().probed(backend, ProbeOutcome.FAILURE, "SSL peer shut down", true, clock.nanos());
        assertEquals("SSL peer shut down", backend.reason());
        pool.roster().probed(backend, ProbeOutcome.TIMEOUT, "no handshake", true, clock.nanos());
        assertEquals("no handshake", backend.reason());
        probe(pool, 0, true); // the first success of two keeps the backend down
        pool.roster().probed(backend, ProbeOutcome.NOT_MADE, "no descriptor left", true, clock.nanos());
        assertEquals("no handshake", backend.reason());
        assertEquals(BackendState.DOWN, backend.state());
        assertEquals(since, backend.changedMillis());
        assertEquals(List.of(), news(), "no change of state");
    }

    /** Until then sessions may try it: the time-out may be the fault of this machine. */
    @Test
    void aFirstTimeOutDecidesNothingBeforeFall() {
        Pool pool = start(probed(1));
        Backend backend = pool.backends().getFirst();
        for (int i = 0; i < 2; i++) {
            pool.roster().probed(backend, ProbeOutcome.TIMEOUT, "no connection within 1000 ms", false, clock.nanos());
            assertEquals(BackendState.UNPROBED, backend.state());
            assertEquals(1, pool.serving());
        }
        assertEquals("no probe has been answered yet: no connection within 1000 ms", backend.reason());
        assertEquals(List.of(), news());
        pool.roster().probed(backend, ProbeOutcome.TIMEOUT, "no connection within 1000 ms", false, clock.nanos());
        assertEquals(List.of("a:UNPROBED>DOWN", "serving 0"), news());
    }

    /** A name with an address family that leads nowhere from here: until probes are sure, nobody is sent there. */
    @Test
    void anAddressThatKeepsProbesWaitingYieldsToOneThatAnswers() {
        Pool pool = start(probed(1));
        BackendConfig name = BackendConfig.of(new HostPort("dual.example", 443));
        pool.roster()
                .setBackends(
                        List.of(
                                new Roster.Member(name, new InetSocketAddress("2001:db8::1", 443)),
                                new Roster.Member(name, new InetSocketAddress("192.0.2.1", 443))),
                        clock.nanos());
        Backend six = pool.backends().getFirst();
        six.showProbe("no connection", 1, null);
        pool.roster().probed(six, ProbeOutcome.TIMEOUT, "no connection", false, clock.nanos());
        assertTrue(share(pool, 0) > 400, "nothing is known yet of either");
        probe(pool, 1, true);
        assertEquals(BackendState.UNPROBED, six.state());
        assertEquals(0, share(pool, 0));
        probe(pool, 0, true);
        assertTrue(share(pool, 0) > 400, "it has answered as well");
    }

    /** Three addresses of one name in a pool without probes, with room for a single session each. */
    private Pool unprobedName(Balance balance) {
        Pool pool = start(PoolConfigBuilder.of("web").weights(1).balance(balance));
        BackendConfig name = new BackendConfig(new HostPort("dual.example", 443), 1, 1, false);
        pool.roster()
                .setBackends(
                        List.of(
                                new Roster.Member(name, new InetSocketAddress("2001:db8::1", 443)),
                                new Roster.Member(name, new InetSocketAddress("192.0.2.1", 443)),
                                new Roster.Member(name, new InetSocketAddress("192.0.2.2", 443))),
                        clock.nanos());
        return pool;
    }

    /** Index of each backend, in the order in which sessions get them that stay. */
    private static List<Integer> picked(Pool pool) {
        List<Backend> picked = new ArrayList<>();
        for (Backend next = pool.pick(0, List.of()); next != null; next = pool.pick(0, List.of())) {
            picked.add(next);
        }
        picked.forEach(Backend::release);
        return picked.stream().map(pool.backends()::indexOf).toList();
    }

    private void fare(Pool pool, int backend, RecentSessions.Outcome outcome) {
        pool.fared(pool.backends().get(backend), outcome, 0, clock.nanos());
        assertEquals(1, woken.getAndSet(0), "the keeper is to build anew");
        pool.fared(pool.backends().get(backend), outcome, 0, clock.nanos());
        assertEquals(0, woken.get(), "the same again is no news");
        pool.roster().keep(clock.nanos());
    }

    /** Without probes only sessions can tell: a family that leads nowhere yields to addresses that may be reached. */
    @ParameterizedTest
    @EnumSource(Balance.class)
    void anAddressThatSessionsTriedInVainComesLast(Balance balance) {
        for (int dead = 0; dead < 3; dead++) {
            Pool pool = unprobedName(balance);
            fare(pool, dead, RecentSessions.Outcome.NOT_CONNECTED);
            fare(pool, (dead + 1) % 3, RecentSessions.Outcome.ANSWERED);
            List<Integer> order = picked(pool);
            assertEquals(3, order.size(), "it is left for the session that no other can take");
            assertEquals(dead, order.getLast());
        }
    }

    @Test
    void anAddressTriedInVainIsTriedAgainWhenAMinuteHasPassed() {
        Pool pool = unprobedName(Balance.FIRST);
        fare(pool, 0, RecentSessions.Outcome.NOT_CONNECTED);
        assertEquals(List.of(0, 1, 2), picked(pool), "no sibling is known to be better");
        fare(pool, 1, RecentSessions.Outcome.ANSWERED);
        assertEquals(List.of(1, 2, 0), picked(pool));
        clock.advance(Duration.ofSeconds(59));
        assertTrue(pool.roster().keep(clock.nanos()), "the keeper has to look again");
        assertEquals(List.of(1, 2, 0), picked(pool));
        clock.advance(Duration.ofSeconds(1));
        assertFalse(pool.roster().keep(clock.nanos()));
        assertEquals(List.of(0, 1, 2), picked(pool));
        fare(pool, 0, RecentSessions.Outcome.NOT_CONNECTED);
        assertEquals(List.of(1, 2, 0), picked(pool));
        fare(pool, 0, RecentSessions.Outcome.ANSWERED);
        assertEquals(List.of(0, 1, 2), picked(pool), "it was reached");
        pool.fared(pool.backends().getFirst(), RecentSessions.Outcome.NOT_CONNECTED, 0, clock.nanos());
        pool.roster().keep(clock.nanos());
        assertEquals(List.of(0, 1, 2), picked(pool), "from now on a failure is a matter for ejection");
    }

    /** What sessions said of a backend before its probes found it down says nothing of the one that came back. */
    @Test
    void aBackendThatComesBackIsNotBlamedForEarlierSessions() {
        Pool pool = start(probed(1));
        Backend backend = pool.backends().getFirst();
        probe(pool, 0, true);
        for (int i = 0; i < 4; i++) {
            pool.fared(backend, RecentSessions.Outcome.NOT_CONNECTED, 0, clock.nanos());
        }
        assertNotNull(backend.trouble());
        for (int i = 0; i < pool.config().healthCheck().fall(); i++) {
            probe(pool, 0, false);
        }
        assertEquals(BackendState.DOWN, backend.state());
        for (int i = 0; i < pool.config().healthCheck().rise(); i++) {
            probe(pool, 0, true);
        }
        assertEquals(BackendState.UP, backend.state());
        assertNull(backend.trouble());
    }

    /** A pool whose names do not resolve has nobody, and must say so; its first address ends that. */
    @Test
    void aPoolThatStartsEmptySaysSo() {
        PoolConfig config = probed(1).build();
        Pool pool = new Pool(config, 1, watcher, () -> {});
        pool.roster().setBackends(List.of(), 0);
        assertEquals(List.of("serving 0"), news());
        pool.roster().setBackends(List.of(), 0);
        assertEquals(List.of(), news());
        pool.roster().setBackends(TestPools.members(config), 0);
        assertEquals(List.of("serving 1"), news());
    }

    @Test
    void theFirstProbeDecidesAgainAfterAnUnprobedSpell() {
        Pool pool = start(probed(1));
        probe(pool, 0, false);
        Pool unprobed = pool.successor(PoolConfigBuilder.of("web").weights(1).build());
        unprobed.roster().setBackends(TestPools.members(unprobed.config()), clock.nanos());
        assertEquals(BackendState.UP, unprobed.backends().getFirst().state());
        Pool again = unprobed.successor(probed(1).build());
        again.roster().setBackends(TestPools.members(again.config()), clock.nanos());
        probe(again, 0, true);
        assertEquals(BackendState.UP, again.backends().getFirst().state(), "a success takes nobody down");
        assertEquals(List.of("a:UNPROBED>DOWN", "serving 0", "a:DOWN>UP", "serving 1"), news());
    }

    // ---- ejection ----

    private Pool ejecting(int backends, int maxPercent) {
        return start(PoolConfigBuilder.of("web")
                .weights(ones(backends))
                .ejection(3, Duration.ofSeconds(10), Duration.ofSeconds(35), maxPercent));
    }

    private static int[] ones(int count) {
        int[] ones = new int[count];
        Arrays.fill(ones, 1);
        return ones;
    }

    @Test
    void failuresInARowEject() {
        Pool pool = ejecting(2, 50);
        news();
        Backend a = pool.backends().getFirst();
        fail(pool, 0, 2);
        a.succeeded();
        fail(pool, 0, 2);
        assertEquals(BackendState.UP, a.state());
        fail(pool, 0, 1);
        assertEquals(BackendState.EJECTED, a.state());
        assertEquals(0, share(pool, 0), "at once, before the keeper has looked");
        assertEquals(1, woken.get());
        assertEquals(5, a.counts().failures());
        assertTrue(pool.roster().keep(clock.nanos()), "wants to be called again");
        assertEquals(List.of("a:UP>EJECTED"), news());
        assertEquals("3 sessions in a row failed; ejected for 10 s", a.reason());
        pass(pool, Duration.ofMillis(9_999));
        assertEquals(Duration.ofMillis(1), a.ejectedFor(clock.nanos()));
        assertEquals(List.of(), news());
        pass(pool, Duration.ofMillis(1));
        assertEquals(List.of("a:EJECTED>UP"), news());
        assertNull(a.ejectedFor(clock.nanos()));
        assertEquals(500, share(pool, 0));
        assertFalse(pool.roster().keep(clock.nanos()));
    }

    /** How long it is out: 10, 20, 30, 35, 35, and 10 again after a spell as long as the last time out. */
    @Test
    void timesGrowUpToTheLongest() {
        Pool pool = ejecting(2, 50);
        Backend a = pool.backends().getFirst();
        for (int seconds : new int[] {10, 20, 30, 35, 35}) {
            fail(pool, 0, 3);
            pass(pool, Duration.ofSeconds(seconds).minusNanos(1));
            assertEquals(BackendState.EJECTED, a.state(), seconds + " s");
            pass(pool, Duration.ofNanos(1));
            assertEquals(BackendState.UP, a.state(), seconds + " s");
            pass(pool, Duration.ofSeconds(9));
        }
        pass(pool, Duration.ofSeconds(26));
        fail(pool, 0, 3);
        pass(pool, Duration.ofSeconds(10));
        assertEquals(BackendState.UP, a.state(), "it was good for 35 s");
    }

    /** The second order comes while the first is made: it must not have looked before. */
    @Test
    void ofTwoOrdersAtOnceOneIsForTheLastBackend() throws Exception {
        Pool pool = start(probed(1, 1));
        Roster roster = pool.roster();
        Backend a = pool.backends().getFirst();
        Backend b = pool.backends().getLast();
        Set<Objection> heeded = Set.of(Objection.LAST);
        FutureTask<@Nullable Objection> second = new FutureTask<>(
                () -> roster.setAdminState(b, AdminState.DISABLED, "two", heeded, () -> {}, clock.nanos()));
        Thread other = Thread.ofPlatform().unstarted(second);
        Objection first = roster.setAdminState(
                a,
                AdminState.DISABLED,
                "one",
                heeded,
                () -> {
                    other.start();
                    Await.until(() -> other.getState() == Thread.State.BLOCKED || !other.isAlive(), "it waits");
                },
                clock.nanos());
        assertNull(first);
        assertEquals(Objection.LAST, second.get());
        assertEquals(1, pool.serving());
    }

    @Test
    void theOnlyBackendIsNeverEjected() {
        Pool pool = ejecting(1, 50);
        fail(pool, 0, 1000);
        assertEquals(BackendState.UP, pool.backends().getFirst().state());
        assertFalse(pool.roster().keep(clock.nanos()));
    }

    /** Two of four may be out, and two are down already: of the other two one must stay. */
    @ParameterizedTest
    @ValueSource(ints = {50, 99, 100})
    void theLastThatServesIsEjectedOnlyIfAllMayBe(int percent) {
        Pool pool = start(probed(1, 1, 1, 1).ejection(3, Duration.ofSeconds(10), Duration.ofSeconds(35), percent));
        probe(pool, 0, false);
        pool.roster().setAdminState(pool.backends().get(1), AdminState.DISABLED, "somebody", clock.nanos());
        fail(pool, 2, 3);
        fail(pool, 3, 3);
        assertEquals(BackendState.EJECTED, pool.backends().get(2).state());
        BackendState last = percent == 100 ? BackendState.EJECTED : BackendState.UNPROBED;
        assertEquals(last, pool.backends().get(3).state());
        pass(pool, Duration.ofSeconds(10));
        fail(pool, 3, 3);
        assertEquals(BackendState.EJECTED, pool.backends().get(3).state(), "another one is back");
    }

    /** One is ejected, and then the other goes down; or both are down, and the ejected one is the first that comes back. */
    @ParameterizedTest
    @ValueSource(ints = {50, 100})
    void whoIsEjectedComesBackOnceNobodyElseIsLeft(int percent) {
        Pool pool = start(probed(1, 1).ejection(3, Duration.ofSeconds(10), Duration.ofSeconds(35), percent));
        probe(pool, 0, true);
        probe(pool, 1, true);
        Backend a = pool.backends().getFirst();
        BackendState alone = percent == 100 ? BackendState.EJECTED : BackendState.UP;
        fail(pool, 0, 3);
        assertEquals(BackendState.EJECTED, a.state());
        for (int i = 0; i < 5; i++) {
            probe(pool, 1, false);
        }
        assertEquals(alone, a.state());
        assertEquals(alone == BackendState.UP ? 1 : 0, pool.serving());
        for (int i = 0; i < 5; i++) {
            probe(pool, 0, false);
        }
        assertEquals(0, pool.serving());
        for (int i = 0; i < 5; i++) {
            probe(pool, 0, true);
        }
        assertEquals(alone, a.state());
    }

    @Test
    void aBackendThatThePoolCouldNotSpareIsCountedAnew() {
        Pool pool = ejecting(2, 50);
        fail(pool, 0, 3);
        fail(pool, 1, 3);
        assertEquals(BackendState.UP, pool.backends().getLast().state());
        pass(pool, Duration.ofSeconds(10));
        fail(pool, 1, 2);
        assertEquals(BackendState.UP, pool.backends().getLast().state());
        fail(pool, 1, 1);
        assertEquals(BackendState.EJECTED, pool.backends().getLast().state());
    }

    @Test
    void zeroFailuresNeverEject() {
        Pool pool = start(PoolConfigBuilder.of("web")
                .weights(1, 1)
                .ejection(0, Duration.ofSeconds(1), Duration.ofSeconds(1), 100));
        fail(pool, 0, 1000);
        assertEquals(BackendState.UP, pool.backends().getFirst().state());
    }

    /** Down and up again while it is left out: it is not ejected a second time. */
    @Test
    void anEjectionThatGoesOnIsNotNews() {
        Pool pool = start(probed(1, 1).ejection(3, Duration.ofSeconds(10), Duration.ofSeconds(35), 50));
        probe(pool, 0, true);
        Backend a = pool.backends().getFirst();
        fail(pool, 0, 3);
        pool.roster().keep(clock.nanos());
        assertTrue(a.reason().startsWith("3 sessions in a row failed"), a.reason());
        for (int i = 0; i < 5; i++) {
            probe(pool, 0, false);
        }
        assertEquals(BackendState.DOWN, a.state());
        for (int i = 0; i < 5; i++) {
            probe(pool, 0, true);
        }
        assertEquals(BackendState.EJECTED, a.state());
        assertEquals("still ejected for earlier failed sessions", a.reason());
        pass(pool, Duration.ofSeconds(10));
        assertEquals(BackendState.UP, a.state());
        fail(pool, 0, 3);
        pool.roster().keep(clock.nanos());
        assertTrue(a.reason().startsWith("3 sessions in a row failed"), a.reason());
    }

    @Test
    void onlyAProbeThatShakesHandsEndsIt() {
        Pool pool = ejecting(2, 50);
        Backend a = pool.backends().getFirst();
        fail(pool, 0, 3);
        pool.roster().probed(a, ProbeOutcome.SUCCESS, "connected", false, clock.nanos());
        assertEquals(BackendState.EJECTED, a.state());
        pool.roster().probed(a, ProbeOutcome.FAILURE, "no handshake", true, clock.nanos());
        assertEquals(BackendState.EJECTED, a.state());
        pool.roster().probed(a, ProbeOutcome.SUCCESS, "handshake", true, clock.nanos());
        assertNotEquals(BackendState.EJECTED, a.state());
        assertEquals("a TLS probe succeeded", a.reason());
        assertEquals(500, share(pool, 0));
        fail(pool, 1, 3);
        assertEquals(BackendState.EJECTED, pool.backends().getLast().state(), "its place is free again");
    }

    /** Connects that were under way to a dead backend fail after people have removed it. */
    @Test
    void aRemovedBackendTakesNoPlaceAmongTheEjected() {
        Pool pool = ejecting(4, 34);
        Backend gone = pool.backends().getFirst();
        Pool next = pool.successor(pool.config());
        next.roster()
                .remove(
                        next.roster()
                                .setBackends(TestPools.members(pool.config()).subList(1, 4), clock.nanos()),
                        "removed");
        for (int i = 0; i < 10; i++) {
            next.blame(gone, clock.nanos());
        }
        assertFalse(next.roster().keep(clock.nanos()), "nothing is under way");
        Pool big = next.successor(pool.config());
        big.roster().setBackends(TestPools.members(pool.config()), clock.nanos());
        fail(big, 1, 3);
        assertEquals(BackendState.EJECTED, big.backends().get(1).state());
    }

    @Test
    void anEjectedBackendThatIsRemovedFreesItsPlace() {
        Pool pool = ejecting(4, 25);
        fail(pool, 0, 3);
        Pool next = pool.successor(pool.config());
        next.roster()
                .remove(
                        next.roster()
                                .setBackends(TestPools.members(pool.config()).subList(1, 4), clock.nanos()),
                        "removed");
        assertFalse(next.roster().keep(clock.nanos()));
        Pool again = next.successor(pool.config());
        again.roster().setBackends(TestPools.members(pool.config()), clock.nanos());
        fail(again, 1, 3);
        assertEquals(BackendState.EJECTED, again.backends().get(1).state());
    }

    // ---- slow start ----

    @ParameterizedTest
    @EnumSource(names = {"ROUND_ROBIN", "LEAST_CONNECTIONS", "RANDOM_TWO"})
    void theShareGrowsAfterRecovery(Balance balance) {
        Pool pool = start(probed(1, 1).balance(balance).slowStart(Duration.ofSeconds(10)));
        probe(pool, 0, true);
        probe(pool, 1, true);
        assertEquals(500, share(pool, 0), 60, "not at the start of the process");
        assertFalse(pool.roster().keep(clock.nanos()));
        for (int i = 0; i < 3; i++) {
            probe(pool, 0, false);
        }
        assertEquals(0, share(pool, 0));
        probe(pool, 0, true);
        probe(pool, 0, true);
        assertTrue(woken.get() > 0, "the keeper is to look");
        assertTrue(pool.roster().keep(clock.nanos()));
        assertEquals(10, share(pool, 0), 15, "1 %");
        pass(pool, Duration.ofSeconds(5));
        assertEquals(333, share(pool, 0), 60, "50 % against 100 %");
        pass(pool, Duration.ofMillis(4_999));
        assertTrue(pool.roster().keep(clock.nanos()));
        pass(pool, Duration.ofMillis(1));
        assertEquals(500, share(pool, 0), 60);
        assertFalse(pool.roster().keep(clock.nanos()), "it is over");
    }

    @Test
    void whoComesBackFromEjectionOrFromPeopleStartsSlowly() {
        Pool pool = start(PoolConfigBuilder.of("web")
                .weights(1, 1)
                .slowStart(Duration.ofSeconds(10))
                .ejection(3, Duration.ofSeconds(10), Duration.ofSeconds(10), 50));
        fail(pool, 0, 3);
        pass(pool, Duration.ofSeconds(10));
        assertEquals(10, share(pool, 0), 2);
        pass(pool, Duration.ofSeconds(10));
        assertEquals(500, share(pool, 0), 2);
        Backend a = pool.backends().getFirst();
        pool.roster().setAdminState(a, AdminState.DRAIN, "tester", clock.nanos());
        pool.roster().setAdminState(a, AdminState.READY, "tester", clock.nanos());
        assertEquals(10, share(pool, 0), 2);
    }

    @Test
    void aReloadWithoutSlowStartEndsIt() {
        Pool pool = start(probed(1, 1).slowStart(Duration.ofSeconds(10)));
        probe(pool, 0, false);
        probe(pool, 0, true);
        probe(pool, 0, true);
        clock.advance(Duration.ofSeconds(1));
        Pool next = pool.successor(probed(1, 1).build());
        next.roster().setBackends(TestPools.members(next.config()), clock.nanos());
        assertEquals(500, share(next, 0), 2);
        assertFalse(next.roster().keep(clock.nanos()));
    }

    // ---- people ----

    @ParameterizedTest
    @EnumSource(names = {"DRAIN", "DISABLED"})
    void whatPeopleTakeOutGetsNoSession(AdminState state) {
        Pool pool = start(PoolConfigBuilder.of("web").weights(1, 1));
        Backend a = pool.backends().getFirst();
        assertTrue(a.take());
        news();
        pool.roster().setAdminState(a, state, "by tester", clock.nanos());
        BackendState shown = state == AdminState.DRAIN ? BackendState.DRAINING : BackendState.DISABLED;
        assertEquals(List.of("a:UP>" + shown), news());
        assertEquals("by tester", a.reason());
        assertEquals(0, share(pool, 0));
        assertEquals(1, a.open(), "those that it has go on");
        probe(pool, 0, false);
        pool.roster().setAdminState(pool.backends().getLast(), state, "by tester", clock.nanos());
        assertNull(pool.pick(0, List.of()));
        assertEquals(List.of("b:UP>" + shown, "serving 0"), news());
        pool.roster().setAdminState(pool.backends().getLast(), AdminState.READY, "by tester", clock.nanos());
        assertEquals(List.of("b:" + shown + ">UP", "serving 1"), news());
    }

    @Test
    void aWeightIsFollowedFromNowOn() {
        Pool pool = start(PoolConfigBuilder.of("web").weights(1, 1));
        Backend a = pool.backends().getFirst();
        pool.roster().setWeight(a, 3, clock.nanos());
        assertEquals(750, share(pool, 0));
        assertThrows(IllegalArgumentException.class, () -> pool.roster().setWeight(a, 257, clock.nanos()));
        assertThrows(IllegalArgumentException.class, () -> pool.roster().setWeight(a, -1, clock.nanos()));
        assertEquals(750, share(pool, 0));
        pool.roster().setWeight(a, 0, clock.nanos());
        assertEquals(500, share(pool, 0));
    }

    // ---- the next configuration ----

    @Test
    void whatStaysKeepsWhatItIs() {
        Pool pool = start(probed(1, 1, 1).balance(Balance.ROUND_ROBIN));
        Backend a = pool.backends().getFirst();
        Backend b = pool.backends().get(1);
        Backend c = pool.backends().getLast();
        probe(pool, 0, true);
        probe(pool, 1, false);
        assertTrue(a.take());
        a.counts().traffic().ended(10, 20);
        pool.roster().setAdminState(c, AdminState.DRAIN, "tester", clock.nanos());
        pool.latencies(0).connect().record(7);
        news();

        PoolConfig changed = PoolConfigBuilder.of("web")
                .check(HealthCheckConfig.Type.TCP)
                .balance(Balance.LEAST_CONNECTIONS)
                .backend(5, 9, false)
                .backend(1, 0, false)
                .backend(1, 0, false)
                .backend(1, 0, false)
                .build();
        Pool next = pool.successor(changed);
        List<Member> members = new ArrayList<>(TestPools.members(changed));
        members.addFirst(members.removeLast());
        assertEquals(List.of(), next.roster().setBackends(members, clock.nanos()));
        assertEquals(List.of(next.backends().getFirst(), a, b, c), next.backends());
        assertEquals(BackendState.UNPROBED, next.backends().getFirst().state());
        assertEquals(1, a.open());
        assertEquals(1, a.counts().traffic().figures().sessions());
        assertEquals(20, a.counts().traffic().figures().sentBytes());
        assertEquals(5, a.weight());
        assertEquals(9, a.config().maxConnections());
        assertEquals(BackendState.UP, a.state());
        assertEquals(BackendState.DOWN, b.state());
        assertEquals(BackendState.DRAINING, c.state());
        assertEquals(2, next.serving());
        assertEquals(1, next.allLatencies().size());
        assertEquals(List.of(), news(), "nothing has changed what it is");
    }

    /** A probe may have begun with the pool of before: what it finds must not be lost with that. */
    @Test
    void aVerdictThatComesByAPredecessorReachesThePoolInForce() {
        Pool before = start(probed(1, 1));
        probe(before, 0, false);
        probe(before, 1, true);
        Pool inForce = before.successor(before.config());
        inForce.roster().setBackends(TestPools.members(before.config()), clock.nanos());
        assertEquals(0, share(inForce, 0));
        int asked = woken.get();
        for (int i = 0; i < before.config().healthCheck().rise(); i++) {
            probe(before, 0, true);
        }
        assertEquals(asked + 1, woken.get(), "the keeper is asked to look, once");
        inForce.roster().keep(clock.nanos());
        assertEquals(500, share(inForce, 0));
    }

    /** A name's answer may take a backend away between the making of a successor and its being in force. */
    @Test
    void whoAPredecessorHasRemovedBeginsAnew() {
        Pool before = start(probed(1, 1));
        Backend a = before.backends().getFirst();
        Pool inForce = before.successor(before.config());
        inForce.roster().setBackends(TestPools.members(before.config()), clock.nanos());
        before.roster().remove(List.of(a), "a.example no longer resolves to this address");
        inForce.roster().setBackends(TestPools.members(before.config()), clock.nanos());
        assertNotEquals(a, inForce.backends().getFirst());
        assertEquals(500, share(inForce, 0));
    }

    @Test
    void whatIsGoneTakesNoSessionAndKeepsItsOwn() {
        Pool pool = start(probed(1, 1));
        Backend a = pool.backends().getFirst();
        assertTrue(a.take());
        Pool next = pool.successor(pool.config());
        List<Backend> gone =
                next.roster().setBackends(TestPools.members(pool.config()).subList(1, 2), clock.nanos());
        assertEquals(List.of(a), gone);
        assertEquals(BackendState.UNPROBED, a.state(), "until it is in force, nothing has changed");
        assertNotNull(pool.pick(0, List.of(pool.backends().getLast())));
        next.roster().remove(gone, "removed");
        assertEquals(List.of("a:UNPROBED>DRAINING"), news());
        assertNull(pool.pick(0, List.of(pool.backends().getLast())), "not by those who hold the one before either");
        assertEquals(2, a.open());
        Pool again = next.successor(pool.config());
        again.roster().setBackends(TestPools.members(pool.config()), clock.nanos());
        assertNotEquals(a, again.backends().getFirst(), "who comes back begins anew");
        assertEquals(BackendState.UNPROBED, again.backends().getFirst().state());
    }

    @Test
    void twoNamesMayLeadToOneAddress() {
        PoolConfig config = probed(1, 1).build();
        Pool pool = new Pool(config, 1, watcher, () -> {});
        List<Member> members = TestPools.members(config);
        Member same = new Member(config.backends().getLast(), members.getFirst().address());
        pool.roster().setBackends(List.of(members.getFirst(), same), 0);
        assertEquals(1, pool.backends().size());
        Backend first = pool.backends().getFirst();
        assertEquals(List.of(), pool.roster().setBackends(List.of(members.getFirst(), same), 0));
        assertEquals(List.of(first), pool.backends(), "and after the next answer too");
        assertSame(config.backends().getFirst(), first.config());
    }
}
