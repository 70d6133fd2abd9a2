package dev.usher.watch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.end.CloseReason;
import dev.usher.event.Event;
import dev.usher.event.Events;
import dev.usher.testing.ManualClock;
import dev.usher.time.Moment;
import dev.usher.view.FailedSession;
import dev.usher.view.FailuresView;
import dev.usher.view.SessionIdentity;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** A name that leads nowhere allowed, or back, is an event, and a flood of such names is few events. */
class RefusedWaysTest {
    private final ManualClock clock = new ManualClock();
    private final Events events = new Events(clock);
    private final List<Failed> failed = new ArrayList<>();
    private final RefusedWays watch = new RefusedWays(
            events,
            clock,
            (wanted, most) -> new FailuresView(
                    0,
                    0,
                    failed.reversed().stream()
                            .map(this::view)
                            .filter(wanted)
                            .limit(most)
                            .toList()));

    private record Failed(CloseReason reason, String name, long atNanos) {}

    private FailedSession view(Failed each) {
        SessionIdentity who = new SessionIdentity(
                "1", "https", new InetSocketAddress("192.0.2.1", 1), null, each.name, null, "*.example", "any", null);
        return new FailedSession(Moment.now(clock).wall(each.atNanos), who, 0, each.reason.word(), Duration.ZERO, 0, 0);
    }

    private void fails(CloseReason reason, String name) {
        failed.add(new Failed(reason, name, clock.nanos()));
    }

    private List<String> newsAfter(Duration time) {
        long before = events.last();
        clock.advance(time);
        watch.look(failed.size());
        return events.all().stream()
                .filter(event -> event.sequence() > before)
                .map(Event::subject)
                .toList();
    }

    @Test
    void aNameIsReportedOnceInSomeMinutesForEachReason() {
        fails(CloseReason.ADDRESS_REFUSED, "a.example");
        fails(CloseReason.ADDRESS_REFUSED, "a.example");
        fails(CloseReason.CONNECT_TIMEOUT, "b.example");
        assertEquals(List.of("server name \"a.example\""), newsAfter(Duration.ZERO));
        assertTrue(events.all().getLast().text().startsWith("refused (address_refused): pool any leads"));
        fails(CloseReason.ADDRESS_REFUSED, "a.example");
        fails(CloseReason.LOOP, "a.example");
        assertEquals(List.of("server name \"a.example\""), newsAfter(RefusalRounds.PAUSE));
        assertTrue(events.all().getLast().text().startsWith("refused (loop): the way leads back"));
        assertEquals(List.of(), newsAfter(FewTexts.QUIET));
        fails(CloseReason.LOOP, "a.example");
        assertEquals(1, newsAfter(RefusalRounds.PAUSE).size());
    }

    @Test
    void aFloodOfNamesIsFewEvents() {
        IntStream.range(0, 500).forEach(i -> fails(CloseReason.ADDRESS_REFUSED, "x" + i + ".example"));
        List<String> news = newsAfter(RefusalRounds.PAUSE);
        assertEquals(FewTexts.MOST + 1, news.size());
        assertEquals("server names", news.getLast());
        IntStream.range(0, 500).forEach(i -> fails(CloseReason.LOOP, "y" + i + ".example"));
        assertEquals(List.of(), newsAfter(RefusalRounds.PAUSE));
    }
}
