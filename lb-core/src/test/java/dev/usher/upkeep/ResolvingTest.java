package dev.usher.upkeep;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.background.Background;
import dev.usher.config.AddressRules;
import dev.usher.config.BackendConfig;
import dev.usher.config.Cidr;
import dev.usher.config.HostPort;
import dev.usher.event.Events;
import dev.usher.pool.Pool;
import dev.usher.pool.PoolWatcher;
import dev.usher.resolve.Resolver;
import dev.usher.testing.Await;
import dev.usher.testing.ManualClock;
import dev.usher.testing.PoolConfigBuilder;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Lookups go on whatever happens to one of them, and one that fails or hangs is known. */
class ResolvingTest {
    private final ManualClock clock = new ManualClock();
    private final Background background = new Background(clock);
    private final AtomicInteger asked = new AtomicInteger();
    private final Pool pool = new Pool(
            PoolConfigBuilder.of("web")
                    .backend(BackendConfig.of(new HostPort("spare.internal", 443)))
                    .resolveEvery(Duration.ofMillis(100))
                    .build(),
            1,
            PoolWatcher.NONE,
            () -> {});

    private Resolving following(Resolver resolver) {
        Resolving resolving = new Resolving(
                new BackendNames(_ -> resolver, new Events(clock)), _ -> {}, background.crowd("name look-ups", "look"));
        resolving.follow(List.of(pool));
        return resolving;
    }

    private List<String> failing() {
        return background.failing().stream()
                .map(failure -> failure.task() + ": " + failure.why())
                .toList();
    }

    private static Resolver.Answer answer() {
        return new Resolver.Answer(List.of(InetAddress.ofLiteral("192.0.2.1")), null);
    }

    @Test
    void lookUpThatThrowsIsKnownAndIsMadeAgain() {
        CountDownLatch repaired = new CountDownLatch(1);
        try (Resolving _ = following(_ -> {
            asked.incrementAndGet();
            if (repaired.getCount() > 0) {
                throw new NoClassDefFoundError("gone");
            }
            return answer();
        })) {
            Await.until(() -> asked.get() > 2, "it is asked again");
            assertEquals(
                    List.of("name look-ups: spare.internal of pool web: java.lang.NoClassDefFoundError: gone"),
                    failing());
            repaired.countDown();
            Await.until(() -> failing().isEmpty(), "it works again");
        }
    }

    @Test
    void failureOfANameThatIsGoneIsOver() {
        try (Resolving resolving = following(_ -> {
            throw new SecurityException("not allowed");
        })) {
            Await.until(() -> !failing().isEmpty(), "it is known");
            resolving.follow(List.of());
            Await.until(() -> failing().isEmpty(), "nothing is said of it");
        }
    }

    @Test
    void lookUpThatHangsIsKnownUntilItsPoolIsGone() {
        CountDownLatch answered = new CountDownLatch(1);
        try (Resolving resolving = following(_ -> {
            asked.incrementAndGet();
            while (answered.getCount() > 0) { // a lookup in the C library heeds no interrupt
                Thread.onSpinWait();
            }
            return answer();
        })) {
            Await.until(() -> asked.get() > 0, "it is asked");
            assertEquals(List.of(), failing());
            clock.advance(Duration.ofSeconds(61));
            assertEquals(
                    List.of("name look-ups: spare.internal of pool web: it has been stuck for more than 60 s"),
                    failing());
            resolving.follow(List.of());
            answered.countDown();
            Await.until(() -> failing().isEmpty(), "nothing is said of it");
            assertTrue(asked.get() > 0);
        }
    }

    /** A source could give any name an address of this machine, or of a cloud's metadata; a file's author means it. */
    @Test
    void namesOfSourcesLeadToNoAddressOfThisMachine() {
        List<InetAddress> all = Stream.of("192.0.2.1", "127.0.0.1", "127.0.0.2", "::1", "169.254.169.254")
                .map(InetAddress::ofLiteral)
                .toList();
        AddressRules rules = new AddressRules(List.of(Cidr.parse("127.0.0.2/32")), List.of());
        try (Resolving resolving = following(_ -> new Resolver.Answer(all, null))) {
            resolving.lookUpNew(List.of(pool.config()));
            assertEquals(5, resolving.members(pool.config()).size());
            assertEquals(
                    List.of("/192.0.2.1:443", "/127.0.0.2:443"),
                    resolving.members(pool.config().broughtBy("apps", rules)).stream()
                            .map(member -> member.address().toString())
                            .toList());
        }
    }
}
