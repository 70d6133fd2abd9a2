package dev.usher.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.pool.Draws;
import dev.usher.pool.Pool;
import dev.usher.pool.PoolWatcher;
import dev.usher.testing.ManualClock;
import dev.usher.testing.PoolConfigBuilder;
import dev.usher.testing.TestUsher;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ClientLimitsTest {
    private static final Pool NO_POOL =
            new Pool(PoolConfigBuilder.of(TestUsher.POOL).weights(1).build(), 1, PoolWatcher.NONE, () -> {});
    private static final InetAddress CLIENT = address("192.0.2.1");

    private final ManualClock clock = new ManualClock();
    private final ClientLimits limits = new ClientLimits(clock, Draws.OF_THREADS);

    private static InetAddress address(String literal) {
        return InetAddress.ofLiteral(literal);
    }

    private static InetAddress address(int number) {
        try {
            return InetAddress.getByAddress(
                    new byte[] {(byte) (number >> 24), (byte) (number >> 16), (byte) (number >> 8), (byte) number});
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    private static Routing limit(int connections, int newPerSecond, int burst) {
        return Routing.of(
                TestUsher.of()
                        .backend(TestUsher.anyBackend())
                        .perClientIp(connections, newPerSecond, burst)
                        .config(),
                Map.of(TestUsher.POOL, NO_POOL));
    }

    private int admit(InetAddress client, Routing routing) {
        return limits.admit(client, routing, clock.nanos());
    }

    private int admitted(InetAddress client, Routing routing, int tries) {
        int admitted = 0;
        for (int i = 0; i < tries; i++) {
            int at = admit(client, routing);
            if (at >= 0) {
                limits.release(at);
                admitted++;
            }
        }
        return admitted;
    }

    @Test
    void nothingIsCountedWithoutALimit() {
        assertEquals(ClientLimits.NOT_COUNTED, admit(CLIENT, limit(0, 0, 0)));
        limits.release(ClientLimits.NOT_COUNTED);
    }

    @Test
    void connectionsAreThoseThatAreOpen() {
        Routing three = limit(3, 0, 0);
        int first = admit(CLIENT, three);
        assertTrue(first >= 0);
        assertTrue(admit(CLIENT, three) >= 0);
        assertTrue(admit(CLIENT, three) >= 0);
        assertEquals(ClientLimits.TOO_MANY, admit(CLIENT, three));
        assertTrue(admit(address("192.0.2.2"), three) >= 0, "it is another one's limit");
        limits.release(first);
        assertTrue(admit(CLIENT, three) >= 0);
        assertEquals(ClientLimits.TOO_MANY, admit(CLIENT, three));
    }

    @Test
    void aBurstIsLetInAndThenTheRate() {
        Routing tenASecond = limit(0, 10, 5);
        assertEquals(5, admitted(CLIENT, tenASecond, 20));
        assertEquals(ClientLimits.TOO_FAST, admit(CLIENT, tenASecond));
        clock.advance(Duration.ofMillis(99));
        assertEquals(0, admitted(CLIENT, tenASecond, 3));
        clock.advance(Duration.ofMillis(1));
        assertEquals(1, admitted(CLIENT, tenASecond, 3));
        clock.advance(Duration.ofMillis(250));
        assertEquals(2, admitted(CLIENT, tenASecond, 3));
        clock.advance(Duration.ofSeconds(10));
        assertEquals(5, admitted(CLIENT, tenASecond, 20), "a bucket holds no more than the burst");
    }

    /** 16,000 has no whole part for any of these; what is left over goes by lot, and must not cost anybody a place. */
    @Test
    void aBurstIsNeverLess() {
        for (int client = 0; client < 2000; client++) {
            int rate = new int[] {3, 6, 7, 9, 11}[client % 5];
            assertEquals(rate, admitted(address(client), limit(0, rate, 0), rate + 5), rate + " a second");
            clock.advance(Duration.ofMillis(1500)); // its bucket is full again: of 2,000 two may share a slot by chance
        }
    }

    @Test
    void aRateWithoutABurstLetsASecondsWorthIn() {
        assertEquals(7, admitted(CLIENT, limit(0, 7, 0), 50));
        assertEquals(1, admitted(CLIENT, limit(0, 7, 1), 50) + admitted(address("192.0.2.9"), limit(0, 7, 1), 50));
    }

    @Test
    void overALongTimeTheRateIsWhatIsAskedFor() {
        for (int rate : new int[] {1, 3, 50, 1000, 1500, 5000, 9000, 20_000, 30_000}) {
            InetAddress client = address(rate);
            Routing routing = limit(0, rate, rate);
            admitted(client, routing, rate);
            int in = 0;
            for (int step = 0; step < 20_000; step++) {
                clock.advance(Duration.ofMillis(1));
                in += admitted(client, routing, 3 + rate / 500);
            }
            assertEquals(20.0 * rate, in, 20.0 * rate * 0.01 + 1, rate + " a second");
        }
    }

    @Test
    void aRefusedOneCostsNoToken() {
        Routing oneASecond = limit(0, 1, 1);
        assertEquals(1, admitted(CLIENT, oneASecond, 1000));
        clock.advance(Duration.ofSeconds(1));
        assertEquals(1, admitted(CLIENT, oneASecond, 1000));
    }

    /** The clock of the slots goes round in four and a half hours; a client may come back at any time of that. */
    @Test
    void whoComesBackAfterHoursIsLetIn() {
        Routing routing = limit(0, 10, 10);
        int n = 0;
        for (int minutes = 5; minutes <= 900; minutes += 5) {
            InetAddress client = address(1000 + n++);
            assertEquals(10, admitted(client, routing, 20));
            clock.advance(Duration.ofMinutes(minutes));
            assertEquals(10, admitted(client, routing, 20), minutes + " minutes later");
        }
    }

    /** As above, while other clients keep the limits busy: then it is not the silence that tells. */
    @Test
    void whoComesBackToABusyPlaceIsLetIn() {
        Routing routing = limit(100, 10, 10);
        for (int minutes : new int[] {60, 100, 139, 141, 150, 200, 270, 279, 281, 300, 400, 560}) {
            InetAddress client = address(minutes);
            int stays = admit(client, routing);
            assertTrue(stays >= 0);
            for (int i = 0; i < minutes; i++) {
                clock.advance(Duration.ofMinutes(1));
                admitted(address(0x0b00_0000 + i), routing, 1);
            }
            assertEquals(10, admitted(client, routing, 20), minutes + " minutes later");
            limits.release(stays);
        }
    }

    /** A slot with an open connection keeps it through any number of turns of the clock. */
    @Test
    void openConnectionsAreRememberedForDays() {
        Routing one = limit(1, 100, 100);
        int stays = admit(CLIENT, one);
        assertTrue(stays >= 0);
        for (int hour = 0; hour < 72; hour++) {
            clock.advance(Duration.ofHours(1));
            assertEquals(ClientLimits.TOO_MANY, admit(CLIENT, one), "after " + hour + " hours");
            admitted(address("192.0.2.77"), one, 1);
        }
        limits.release(stays);
        assertTrue(admit(CLIENT, one) >= 0);
    }

    @Test
    void anIpv6ClientIsItsNetwork() {
        Routing one = limit(1, 0, 0);
        assertTrue(admit(address("2001:db8:0:1::1"), one) >= 0);
        assertEquals(ClientLimits.TOO_MANY, admit(address("2001:db8:0:1:ffff::2"), one));
        assertTrue(admit(address("2001:db8:0:2::1"), one) >= 0);
    }

    /** Memory is of one size; what does not fit is let in, and said so. Those who were counted stay counted. */
    @Test
    void aMillionAddressesLockNobodyOut() {
        Routing routing = limit(1, 1, 1);
        int mine = admit(CLIENT, routing);
        assertTrue(mine >= 0);
        int counted = 0;
        int refused = 0;
        for (int i = 0; i < 1_000_000; i++) {
            switch (admit(address(0x0a00_0000 + i), routing)) {
                case ClientLimits.NOT_COUNTED -> {}
                case ClientLimits.TOO_MANY, ClientLimits.TOO_FAST -> refused++;
                default -> counted++;
            }
        }
        assertTrue(counted > 120_000 && counted < 132_000, counted + " have a slot");
        assertEquals(1_000_000 - counted - refused, limits.uncounted());
        assertTrue(refused < 60, refused + " were taken for another one; by chance it is 15");
        assertEquals(ClientLimits.TOO_MANY, admit(CLIENT, routing));
    }

    /** Addresses that come once and go leave their slots to the next. */
    @Test
    void slotsAreUsedAgain() {
        Routing routing = limit(1, 10, 1);
        for (int i = 0; i < 1_000_000; i++) {
            limits.release(admit(address(0x0a00_0000 + i), routing));
            clock.advance(Duration.ofNanos(100_000));
        }
        assertEquals(0, limits.uncounted());
    }

    @Test
    void fourWorkersNeverLetMoreInThanTheLimit() throws Exception {
        Routing routing = limit(10, 0, 0);
        AtomicInteger open = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        AtomicInteger refused = new AtomicInteger();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            threads.add(Thread.ofPlatform().start(() -> {
                List<Integer> mine = new ArrayList<>();
                for (int round = 0; round < 100_000; round++) {
                    if (mine.size() == 5) {
                        open.addAndGet(-5);
                        mine.forEach(limits::release);
                        mine.clear();
                    }
                    int at = admit(CLIENT, routing);
                    if (at >= 0) {
                        mine.add(at);
                        most.accumulateAndGet(open.incrementAndGet(), Math::max);
                    } else {
                        refused.incrementAndGet();
                        open.addAndGet(-mine.size());
                        mine.forEach(limits::release);
                        mine.clear();
                    }
                }
                open.addAndGet(-mine.size());
                mine.forEach(limits::release);
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertTrue(most.get() <= 10, most + " were open at once");
        assertTrue(refused.get() > 0, "the limit was reached");
        for (int i = 0; i < 10; i++) {
            assertTrue(admit(CLIENT, routing) >= 0, "all were released");
        }
        assertEquals(ClientLimits.TOO_MANY, admit(CLIENT, routing));
    }
}
