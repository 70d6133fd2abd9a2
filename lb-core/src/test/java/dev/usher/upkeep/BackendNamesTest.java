package dev.usher.upkeep;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.config.HostPort;
import dev.usher.config.ResolveConfig;
import dev.usher.event.Event;
import dev.usher.event.Events;
import dev.usher.resolve.LookupException;
import dev.usher.resolve.Resolver;
import dev.usher.testing.Await;
import dev.usher.time.Clock;
import dev.usher.upkeep.BackendNames.NameKey;
import dev.usher.upkeep.BackendNames.Place;
import dev.usher.view.FailingName;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class BackendNamesTest {
    private static final NameKey HOST = NameKey.of(new HostPort("spare.internal", 443), ResolveConfig.DEFAULT);
    private static final InetAddress ONE = InetAddress.ofLiteral("192.0.2.1");
    private static final InetAddress TWO = InetAddress.ofLiteral("192.0.2.2");
    private static final InetAddress SIX = InetAddress.ofLiteral("2001:db8::1");

    private final Events events = new Events(Clock.SYSTEM);
    private final Map<String, List<InetAddress>> zone = new HashMap<>();
    private final BackendNames names = new BackendNames(_ -> resolver(), events);
    private @Nullable Duration ttl;

    private @Nullable Throwable bug;

    private Resolver resolver() {
        return host -> {
            switch (bug) {
                case RuntimeException e -> throw e;
                case Error e -> throw e;
                case null, default -> {}
            }
            List<InetAddress> found = zone.get(host);
            if (found == null) {
                throw LookupException.noSuchName(host);
            }
            return new Resolver.Answer(found, ttl);
        };
    }

    private static NameKey key(String host, Duration interval) {
        ResolveConfig like = ResolveConfig.DEFAULT;
        return new NameKey(
                host,
                false,
                new ResolveConfig(interval, like.family(), like.timeout(), like.servers(), like.hostsFile()));
    }

    private List<InetAddress> addresses(NameKey name) {
        return names.places(name).stream().map(Place::address).toList();
    }

    private List<String> said() {
        return events.all().stream().map(Event::text).toList();
    }

    @Test
    void haveAllAddressesOfBothFamilies() throws InterruptedException {
        zone.put(HOST.host(), List.of(ONE, SIX));
        names.lookUpNew(List.of(HOST));
        assertEquals(List.of(ONE, SIX), addresses(HOST));
        zone.put(HOST.host(), List.of(TWO));
        names.lookUp(HOST);
        assertEquals(List.of(TWO), addresses(HOST));
    }

    /** Each address is a backend with a probe, and a hostile answer has thousands. */
    @Test
    void haveNoMoreAddressesThanAPoolCanProbe() throws InterruptedException {
        zone.put(
                HOST.host(),
                IntStream.range(0, 4000)
                        .mapToObj(i -> InetAddress.ofLiteral("10.0." + i / 250 + "." + i % 250))
                        .toList());
        names.lookUp(HOST);
        assertEquals(256, addresses(HOST).size());
    }

    /** A pool that takes the first of its backends would change it at each interval. */
    @Test
    void keepTheirOrderWhereOnlyThatChanges() throws InterruptedException {
        zone.put(HOST.host(), List.of(ONE, TWO));
        names.lookUp(HOST);
        zone.put(HOST.host(), List.of(TWO, ONE));
        names.lookUp(HOST);
        assertEquals(List.of(ONE, TWO), addresses(HOST));
    }

    @Test
    void keepTheLastAnswerAndSaySoOnce() throws InterruptedException {
        zone.put(HOST.host(), List.of(ONE));
        names.lookUp(HOST);
        zone.clear();
        names.lookUp(HOST);
        names.lookUp(HOST);
        assertEquals(List.of(ONE), addresses(HOST));
        assertEquals(List.of("its name no longer resolves; keeping [192.0.2.1]"), said());
        zone.put(HOST.host(), List.of(ONE));
        names.lookUp(HOST);
        zone.clear();
        names.lookUp(HOST);
        assertEquals(2, said().size(), "another failure is news again");
    }

    @Test
    void saySoWhereTheyNeverHadAnAnswer() throws InterruptedException {
        names.lookUpNew(List.of(HOST));
        assertEquals(List.of(), addresses(HOST));
        assertEquals(List.of("its name does not resolve; it takes no sessions"), said());
    }

    /** A reload interrupts a look-up under way, and the resolver says so in its own words. */
    @Test
    void doNotFailWhereALookUpIsInterrupted() {
        BackendNames interrupted = new BackendNames(
                _ -> _ -> {
                    Thread.currentThread().interrupt();
                    throw LookupException.failed("interrupted");
                },
                events);
        assertThrows(InterruptedException.class, () -> interrupted.lookUp(HOST));
        assertEquals(List.of(), interrupted.failing());
        assertEquals(List.of(), said());
    }

    /** One of two questions was interrupted, and the resolver has the answer to the other. */
    @Test
    void takeNoPartOfAnAnswerWhereALookUpIsInterrupted() {
        BackendNames interrupted = new BackendNames(
                _ -> _ -> {
                    Thread.currentThread().interrupt();
                    return new Resolver.Answer(List.of(ONE), null);
                },
                events);
        assertThrows(InterruptedException.class, () -> interrupted.lookUp(HOST));
        assertEquals(List.of(), interrupted.places(HOST));
    }

    static List<Throwable> faultsOfOthers() {
        return List.of(
                new SecurityException("not allowed"), new NoClassDefFoundError("gone"), new StackOverflowError());
    }

    /** A resolver of the JVM's may be anybody's: whatever it throws, the name does not resolve. */
    @ParameterizedTest
    @MethodSource("faultsOfOthers")
    void keepTheLastAnswerWhateverTheResolverThrows(Throwable fault) throws InterruptedException {
        zone.put(HOST.host(), List.of(ONE));
        names.lookUp(HOST);
        bug = fault;
        assertSame(fault, assertThrows(fault.getClass(), () -> names.lookUp(HOST)));
        assertEquals(List.of(ONE), addresses(HOST));
        assertEquals(HOST.host(), names.failing().getFirst().name());
        assertEquals(List.of("its name no longer resolves; keeping [192.0.2.1]"), said());
        bug = null;
        names.lookUp(HOST);
        assertEquals(List.of(), names.failing());
    }

    @ParameterizedTest
    @MethodSource("faultsOfOthers")
    void doNotHoldUpTheStartWhateverTheResolverThrows(Throwable fault) throws InterruptedException {
        bug = fault;
        assertTimeoutPreemptively(
                Duration.ofMillis(2500),
                () -> names.lookUpNew(List.of(HOST, key("other.internal", Duration.ofSeconds(10)))));
        assertEquals(2, names.failing().size());
    }

    /** A lookup in the C library holds one of the few carriers of virtual threads; probes need some too. */
    @Test
    void areAskedForAFewAtATime() throws InterruptedException {
        AtomicInteger asked = new AtomicInteger();
        CountDownLatch answer = new CountDownLatch(1);
        BackendNames slow = new BackendNames(
                _ -> _ -> {
                    asked.incrementAndGet();
                    try {
                        answer.await();
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                    return new Resolver.Answer(List.of(ONE), null);
                },
                events);
        List<Thread> threads = IntStream.range(0, 300)
                .mapToObj(i -> Thread.ofVirtual().start(() -> {
                    try {
                        slow.lookUp(key("host-" + i, Duration.ofSeconds(10)));
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                }))
                .toList();
        Await.until(() -> threads.stream().allMatch(thread -> thread.getState() == Thread.State.WAITING), "all wait");
        assertEquals(64, asked.get());
        answer.countDown();
        for (Thread thread : threads) {
            thread.join();
        }
        assertEquals(300, asked.get());
    }

    /** Nobody serves in its place: it is asked for again soon, and then less and less often. */
    @Test
    void areAskedForSoonUntilTheyAreKnown() throws InterruptedException {
        Duration interval = Duration.ofSeconds(10);
        NameKey ten = key(HOST.host(), interval);
        assertEquals(Duration.ofSeconds(1), names.pause(ten), "its first answer is still awaited");
        List<Long> pauses = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            names.lookUp(ten);
            pauses.add(names.pause(ten).toSeconds());
        }
        assertEquals(List.of(1L, 2L, 4L, 8L, 10L, 10L), pauses);
        for (int i = 0; i < 100; i++) {
            names.lookUp(ten);
        }
        assertEquals(interval, names.pause(ten));
        assertEquals(Duration.ofMillis(300), names.pause(key(HOST.host(), Duration.ofMillis(300))));
        zone.put(HOST.host(), List.of(ONE));
        names.lookUp(ten);
        zone.clear();
        names.lookUp(ten);
        assertEquals(interval, names.pause(ten), "its last answer still serves");
    }

    @Test
    void areAskedForAgainWhenTheirAnswerIsOver() throws InterruptedException {
        Duration interval = Duration.ofSeconds(10);
        NameKey ten = key(HOST.host(), interval);
        zone.put(HOST.host(), List.of(ONE));
        ttl = Duration.ofSeconds(4);
        names.lookUp(ten);
        assertEquals(ttl, names.pause(ten));
        ttl = Duration.ZERO;
        names.lookUp(ten);
        assertEquals(Duration.ofSeconds(1), names.pause(ten), "no stream of questions");
        ttl = Duration.ofDays(1);
        names.lookUp(ten);
        assertEquals(interval, names.pause(ten));
    }

    @Test
    void sayWhichFailSinceWhen() throws InterruptedException {
        Instant before = Instant.now().truncatedTo(ChronoUnit.MILLIS);
        assertEquals(List.of(), names.failing());
        names.lookUp(HOST);
        Instant since = names.failing().getFirst().since();
        names.lookUp(HOST);
        assertEquals(List.of(new FailingName(HOST.host(), List.of(), since, List.of())), names.failing());
        assertTrue(!since.isBefore(before) && !since.isAfter(Instant.now()), since::toString);
        zone.put(HOST.host(), List.of(ONE));
        names.lookUp(HOST);
        assertEquals(List.of(), names.failing());
        zone.clear();
        names.lookUp(HOST);
        assertEquals(List.of("192.0.2.1"), names.failing().getFirst().kept());
        names.keepOnly(Set.of());
        assertEquals(List.of(), names.failing());
    }

    /** A name may be taken out of the configuration, and come back after an hour. */
    @Test
    void areAskedForAgainWhenTheyComeBack() throws InterruptedException {
        zone.put(HOST.host(), List.of(ONE));
        names.lookUpNew(List.of(HOST));
        names.keepOnly(Set.of(key("other.internal", Duration.ofSeconds(10))));
        zone.put(HOST.host(), List.of(TWO));
        names.lookUpNew(List.of(HOST));
        assertEquals(List.of(TWO), addresses(HOST));
    }
}
