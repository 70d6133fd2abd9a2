package dev.usher.workers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.config.Cidr;
import dev.usher.config.RouteConfig;
import dev.usher.metrics.NameSketch;
import dev.usher.testing.ManualClock;
import dev.usher.testing.Seed;
import dev.usher.testing.TestBackend;
import dev.usher.testing.TestPeer;
import dev.usher.testing.TestUsher;
import dev.usher.time.Moment;
import dev.usher.tls.HelloBuilder;
import dev.usher.view.NameCount;
import dev.usher.view.TopNames;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MergedNamesTest {
    private final TestBackend backend = TestBackend.start(TestBackend.ECHO);

    private static void ask(TestUsher usher, String name) throws IOException {
        try (TestPeer client = usher.connect()) {
            client.send(new HelloBuilder().name(name).records()).halfClose().readToEnd();
        }
    }

    private static String text(TopNames top) {
        return top.names().stream()
                .map(name -> name.name() + (name.valid() ? "" : "!") + (name.known() ? "" : "?") + " " + name.count())
                .toList()
                .toString();
    }

    @Test
    void areCountedWithAndWithoutARoute() throws IOException {
        try (TestUsher usher = TestUsher.of(backend).workers(2).start()) {
            for (int i = 0; i < 5; i++) {
                ask(usher, TestUsher.NAME);
            }
            for (int i = 0; i < 3; i++) {
                ask(usher, "unknown.example");
            }
            ask(usher, "WWW.Example.com.");
            try (TestPeer nameless = usher.connect()) {
                nameless.send(new HelloBuilder().records()).readToEnd();
            }
            TopNames top = usher.balancer().looks().names(_ -> true, 10);
            assertEquals("[www.example.com 6, unknown.example? 3]", text(top));
            assertEquals(6, top.known());
            assertEquals(3, top.unknown());
            assertEquals("[unknown.example? 3]", text(usher.balancer().looks().names(name -> !name.known(), 10)));
            assertEquals("[www.example.com 6]", text(usher.balancer().looks().names(_ -> true, 1)));
        }
    }

    @Test
    void areCountedAlsoIfTheyAreNone() throws IOException {
        try (TestUsher usher = TestUsher.of(backend).workers(2).start()) {
            for (int i = 0; i < 3; i++) {
                ask(usher, "shop.example:8443");
            }
            ask(usher, "a".repeat(300));
            ask(usher, "a".repeat(300));
            ask(usher, "*.nobody.example");
            assertEquals(
                    "[shop.example:8443!? 3, " + "a".repeat(253) + "...!? 2, *.nobody.example? 1]",
                    text(usher.balancer().looks().names(_ -> true, 10)));
        }
    }

    @Test
    void areKnownWhereTheClientIsNot() throws IOException {
        RouteConfig plain = RouteConfig.of(TestUsher.NAME, TestUsher.POOL);
        RouteConfig denied =
                RouteConfig.of(plain.pattern().text(), plain.target().withDeny(List.of(Cidr.parse("127.0.0.0/8"))));
        try (TestUsher usher = TestUsher.of(backend).route(denied).start()) {
            ask(usher, TestUsher.NAME);
            assertEquals("[www.example.com 1]", text(usher.balancer().looks().names(_ -> true, 10)));
        }
    }

    /** Each worker sees some of the hellos: together they must say what one that sees all may say. */
    @Test
    void areMergedWithinTheirBounds() {
        Random random = new Random(Seed.of(MergedNamesTest.class));
        for (int round = 0; round < 20; round++) {
            List<NameSketch> workers = Stream.generate(() -> new NameSketch(1 + random.nextInt(200)))
                    .limit(3)
                    .toList();
            Map<String, Long> exact = new HashMap<>();
            for (int i = 0; i < 10_000; i++) {
                String name = "name-" + (int) (400 * Math.pow(random.nextDouble(), 2));
                workers.get(random.nextInt(workers.size())).count(name, 0);
                exact.merge(name, 1L, Long::sum);
            }
            List<NameCount> merged = MergedNames.merged(
                            workers.stream().map(MergedNames.Copy::of).toList(), true, Moment.now(new ManualClock()))
                    .toList();
            assertFalse(merged.isEmpty());
            for (NameCount name : merged) {
                long really = exact.getOrDefault(name.name(), 0L);
                assertTrue(
                        name.count() - name.error() <= really && really <= name.count(), name + ", really " + really);
            }
        }
    }

    @AfterEach
    void close() {
        backend.close();
    }
}
