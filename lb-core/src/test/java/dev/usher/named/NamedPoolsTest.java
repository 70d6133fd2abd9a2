package dev.usher.named;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.config.BackendConfig;
import dev.usher.config.HostPort;
import dev.usher.pool.Backend;
import dev.usher.pool.ByName.Found;
import dev.usher.pool.ByName.Outcome;
import dev.usher.pool.Pool;
import dev.usher.pool.PoolWatcher;
import dev.usher.resolve.LookupException;
import dev.usher.resolve.Resolver;
import dev.usher.testing.Await;
import dev.usher.testing.ManualClock;
import dev.usher.testing.PoolConfigBuilder;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Look-ups of hosts that clients name: one at a time for a name, few for a client, checked, and kept for a while. */
class NamedPoolsTest {
    private static final InetAddress CLIENT = InetAddress.ofLiteral("198.51.100.7");
    private static final InetAddress OTHER = InetAddress.ofLiteral("198.51.100.8");

    private final ManualClock clock = new ManualClock();
    private final Map<String, List<InetAddress>> zone = new ConcurrentHashMap<>();
    private final AtomicInteger questions = new AtomicInteger();
    /** Answers wait for this. */
    private volatile CountDownLatch gate = new CountDownLatch(0);

    private volatile Duration ttl = Duration.ofHours(1);
    private final NamedPools pools = new NamedPools(template(), resolver(), clock, () -> {});

    private static Pool template() {
        return new Pool(
                PoolConfigBuilder.of("out")
                        .backend(BackendConfig.of(HostPort.parse("{name}:443")))
                        .build(),
                1,
                PoolWatcher.NONE,
                () -> {});
    }

    private Resolver resolver() {
        return host -> {
            questions.incrementAndGet();
            pass(gate);
            List<InetAddress> addresses = zone.get(host);
            if (host.startsWith("broken")) {
                throw LookupException.failed("no answer");
            }
            if (addresses == null) {
                throw LookupException.noSuchName(host);
            }
            return new Resolver.Answer(addresses, ttl);
        };
    }

    private static void pass(CountDownLatch gate) {
        try {
            assertTrue(gate.await(10, TimeUnit.SECONDS));
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private void has(String name, String... addresses) {
        zone.put(name, List.of(addresses).stream().map(InetAddress::ofLiteral).toList());
    }

    private static HostPort at(String host) {
        return HostPort.parse(host + ":443");
    }

    /** The answer, waited for. */
    private Found find(String host) {
        CompletableFuture<Found> later = new CompletableFuture<>();
        Found now = pools.find(at(host), CLIENT, later::complete);
        return now == null ? later.orTimeout(10, TimeUnit.SECONDS).join() : now;
    }

    private static List<String> addresses(Found found) {
        assertEquals(Outcome.FOUND, found.outcome(), found.text());
        return Objects.requireNonNull(found.pool()).backends().stream()
                .map(Backend::name)
                .toList();
    }

    @Test
    void findsTheAddressesOfAName() {
        has("a.example", "1.1.1.1", "2606:4700::1111");
        assertEquals(List.of("1.1.1.1:443", "[2606:4700::1111]:443"), addresses(find("a.example")));
    }

    @Test
    void saysWhyThereIsNone() {
        has("inside.example", "10.0.0.1");
        assertEquals(Outcome.NO_SUCH_NAME, find("missing.example").outcome());
        assertEquals(Outcome.LOOKUP_FAILED, find("broken.example").outcome());
        Found refused = find("inside.example");
        assertEquals(Outcome.ADDRESS_REFUSED, refused.outcome());
        assertEquals("10.0.0.1 is for private use (RFC 1918)", refused.text());
        assertEquals(2, pools.figures().failures());
        assertEquals(1, pools.figures().refused());
    }

    @Test
    void leavesRefusedAddressesOut() {
        has("mixed.example", "127.0.0.1", "1.1.1.1", "192.168.0.1");
        assertEquals(List.of("1.1.1.1:443"), addresses(find("mixed.example")));
    }

    @Test
    void checksAnAddressThatIsItselfTheName() {
        assertEquals(Outcome.ADDRESS_REFUSED, find("10.0.0.1").outcome());
        assertEquals(List.of("1.1.1.1:443"), addresses(find("1.1.1.1")));
        assertEquals(0, questions.get());
    }

    @Test
    void asksOnceForManyClients() {
        has("a.example", "1.1.1.1");
        gate = new CountDownLatch(1);
        Queue<Found> answers = new ConcurrentLinkedQueue<>();
        for (int i = 0; i < 100; i++) {
            assertNull(pools.find(at("a.example"), CLIENT, answers::add));
        }
        gate.countDown();
        Await.until(() -> answers.size() == 100, "every client is answered");
        assertEquals(1, questions.get());
        assertEquals(1, answers.stream().map(Found::pool).distinct().count());
    }

    @Test
    void keepsAnAnswerForItsTimeAndNoLongerThanTheInterval() {
        has("a.example", "1.1.1.1");
        ttl = Duration.ofSeconds(3);
        Pool first = find("a.example").pool();
        clock.advance(Duration.ofMillis(2_999));
        assertSame(first, find("a.example").pool());
        assertEquals(1, questions.get());
        clock.advance(Duration.ofMillis(1));
        ttl = Duration.ofDays(1);
        assertSame(first, find("a.example").pool()); // with what is known of its backends
        assertEquals(2, questions.get());
        clock.advance(Duration.ofSeconds(30));
        find("a.example");
        assertEquals(3, questions.get());
    }

    @Test
    void keepsAFailureForAShortTime() {
        find("missing.example");
        clock.advance(Duration.ofMillis(4_999));
        assertEquals(Outcome.NO_SUCH_NAME, find("missing.example").outcome());
        assertEquals(1, questions.get());
        clock.advance(Duration.ofMillis(1));
        find("missing.example");
        assertEquals(2, questions.get());
    }

    /** The first answer passes the check, and a later answer leads inside: the attack called DNS rebinding. */
    @Test
    void checksEachAnswer() {
        ttl = Duration.ZERO;
        has("evil.example", "1.1.1.1");
        assertEquals(List.of("1.1.1.1:443"), addresses(find("evil.example")));
        has("evil.example", "127.0.0.1");
        clock.advance(Duration.ofSeconds(1));
        assertEquals(Outcome.ADDRESS_REFUSED, find("evil.example").outcome());
    }

    @Test
    void aClientLeavesRoomForOthers() {
        gate = new CountDownLatch(1);
        for (int i = 0; i < 16; i++) {
            assertNull(pools.find(at("n" + i + ".example"), CLIENT, _ -> {}));
        }
        assertEquals(Outcome.LOOKUPS_FULL, find("n16.example").outcome());
        assertNull(pools.find(at("n0.example"), CLIENT, _ -> {}), "a look-up under way takes no further place");
        assertNull(pools.find(at("n17.example"), OTHER, _ -> {}));
        gate.countDown();
        Await.until(() -> pools.figures().failures() == 17, "each look-up is over");
        Await.until(() -> pools.find(at("n18.example"), CLIENT, _ -> {}) == null, "places come back");
    }

    @Test
    void boundsTheLookUpsOfAllClients() {
        gate = new CountDownLatch(1);
        int begun = 0;
        for (int i = 0; i < 100; i++) {
            InetAddress client = InetAddress.ofLiteral("198.51.100." + i);
            if (pools.find(at("n" + i + ".example"), client, _ -> {}) == null) {
                begun++;
            }
        }
        assertEquals(64, begun);
        gate.countDown();
    }

    @Test
    void clientsOfOneNetworkOfIpv6ShareTheirPlaces() {
        LookupSlots slots = new LookupSlots(10, 1);
        assertTrue(slots.take(InetAddress.ofLiteral("2001:db8::1")));
        assertTrue(!slots.take(InetAddress.ofLiteral("2001:db8::2")));
        assertTrue(slots.take(InetAddress.ofLiteral("2001:db8:0:1::1")));
        slots.giveBack(InetAddress.ofLiteral("2001:db8::1"));
        assertTrue(slots.take(InetAddress.ofLiteral("2001:db8::2")));
    }

    @Test
    void keepsABoundedNumberOfAnswers() {
        has("good.example", "1.1.1.1");
        Pool good = find("good.example").pool();
        for (int i = 0; i < 5000; i++) {
            find("n" + i + ".example");
        }
        assertEquals(4096, pools.figures().names());
        assertSame(good, find("good.example").pool(), "answers that hold for longer stay");
    }

    @Test
    void ejectsAnAddressOfAName() {
        has("a.example", "1.1.1.1", "1.0.0.1");
        Pool pool = Objects.requireNonNull(find("a.example").pool());
        Backend bad = pool.backends().getFirst();
        for (int i = 0; i < 5; i++) {
            pool.blame(bad, clock.nanos());
        }
        List<Backend> picked = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            picked.add(Objects.requireNonNull(pool.pick(0, List.of())));
        }
        assertTrue(!picked.contains(bad));
        assertTrue(pools.keep(clock.nanos()), "the ejection's end is waited for");
        clock.advance(Duration.ofSeconds(30));
        pools.keep(clock.nanos());
        assertTrue(!pools.keep(clock.nanos()));
        assertTrue(bad.state().serves());
    }

    @Test
    void aFaultLeavesNoClientWithoutAnAnswer() {
        NamedPools faulty = new NamedPools(
                template(),
                _ -> {
                    throw new IllegalStateException("provoked");
                },
                clock,
                () -> {});
        CompletableFuture<Found> later = new CompletableFuture<>();
        assertNull(faulty.find(at("a.example"), CLIENT, later::complete));
        assertEquals(
                Outcome.LOOKUP_FAILED,
                later.orTimeout(10, TimeUnit.SECONDS).join().outcome());
    }
}
