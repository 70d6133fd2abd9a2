package dev.usher.watch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.usher.end.CloseReason;
import dev.usher.event.Event;
import dev.usher.event.Event.Kind;
import dev.usher.event.Events;
import dev.usher.testing.Await;
import dev.usher.testing.ManualClock;
import dev.usher.testing.TestBackend;
import dev.usher.testing.TestPeer;
import dev.usher.testing.TestUsher;
import dev.usher.time.Moment;
import dev.usher.tls.HelloBuilder;
import dev.usher.tls.Hellos;
import dev.usher.view.NameCount;
import dev.usher.view.TopNames;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Text in place of a server name is an event, and a flood of such text is few events. */
class RefusedNamesTest {
    private final ManualClock clock = new ManualClock();
    private final Events events = new Events(clock);
    private final List<Asked> asked = new ArrayList<>();
    private final RefusedNames watch = new RefusedNames(
            events,
            clock,
            (wanted, most) -> new TopNames(
                    0,
                    asked.size(),
                    1000,
                    asked.stream()
                            .map(this::count)
                            .filter(wanted)
                            .sorted(Comparator.comparingLong(NameCount::count).reversed())
                            .limit(most)
                            .toList()));
    private long refused;

    private record Asked(String name, long times, long nanos) {}

    private NameCount count(Asked name) {
        return new NameCount(
                name.name, false, false, name.times, 0, Moment.now(clock).wall(name.nanos));
    }

    private void ask(String name, long times) {
        asked.removeIf(other -> other.name.equals(name));
        asked.add(new Asked(name, times, clock.nanos()));
        refused += times;
    }

    private List<String> newsAfter(Duration time) {
        long before = events.last();
        clock.advance(time);
        watch.look(refused);
        return events.all().stream()
                .filter(event -> event.sequence() > before)
                .map(Event::subject)
                .toList();
    }

    private List<String> newsAfterPause() {
        return newsAfter(RefusalRounds.PAUSE);
    }

    @Test
    void nameIsReportedOnceInSomeMinutes() {
        ask("shop.example:8443", 3);
        assertEquals(List.of("server name \"shop.example:8443\""), newsAfter(Duration.ZERO));
        ask("shop.example:8443", 4);
        assertEquals(List.of(), newsAfterPause());
        ask("other.example/", 1);
        assertEquals(List.of(), newsAfter(Duration.ofSeconds(1)));
        assertEquals(List.of("server name \"other.example/\""), newsAfterPause());
        assertEquals(List.of(), newsAfter(FewTexts.QUIET));
        ask("shop.example:8443", 5);
        assertEquals(List.of("server name \"shop.example:8443\""), newsAfterPause());
        assertEquals(
                "refused (invalid_name), 5 requests so far: not a host name. Check the clients: the name may have a "
                        + "port, an address or a path in it",
                events.all().getLast().text());
        assertEquals(Kind.WARNING, events.all().getLast().kind());
    }

    @Test
    void workersAreNotAskedWithoutARefusal() {
        asked.add(new Asked("a:1", 1, clock.nanos()));
        assertEquals(List.of(), newsAfterPause());
    }

    @Test
    void floodOfNamesIsFewEventsAndTheMostFrequentNamesComeFirst() {
        IntStream.range(0, 500).forEach(i -> ask("x" + i + ":1", 1));
        ask("shop.example:8443", 7);
        List<String> news = newsAfterPause();
        assertEquals(FewTexts.MOST + 1, news.size());
        assertEquals("server name \"shop.example:8443\"", news.getFirst());
        assertEquals("server names", news.getLast());
        for (int look = 0; look < 50; look++) {
            ask("y" + look + ":1", 1);
            assertEquals(List.of(), newsAfterPause());
        }
    }

    @Test
    void longNameIsCut() {
        ask("a".repeat(250) + ":1", 1);
        assertEquals(List.of("server name \"" + "a".repeat(80) + "…\""), newsAfterPause());
    }

    @Test
    void clientsNameIsReportedEscaped() throws IOException {
        try (TestBackend backend = TestBackend.start(TestBackend.ECHO);
                TestUsher usher = TestUsher.of(backend).start();
                TestPeer client = usher.connect()) {
            client.send(
                    Hellos.bytes(new HelloBuilder().name("shop.example:8443\n").records()));
            usher.ended(CloseReason.INVALID_NAME);
            Await.until(
                    () -> usher.balancer().looks().events().stream()
                            .anyMatch(event -> event.subject().equals("server name \"shop.example:8443\\x0a\"")
                                    && event.text().startsWith("refused (invalid_name), 1 request so far")),
                    "the name is an event");
        }
    }
}
