package dev.usher.event;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.usher.event.Event.Kind;
import dev.usher.testing.ManualClock;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Events that come in crowds. */
class EventsTest {
    private final ManualClock clock = new ManualClock();
    private final Events events = new Events(clock);

    private void down(int from, int to) {
        for (int i = from; i <= to; i++) {
            events.add(Kind.BACKEND_DOWN, "backend " + i, "down: connection refused");
        }
    }

    private List<String> said() {
        return events.all().stream()
                .map(event -> event.kind() + " " + event.subject() + ": " + event.text())
                .toList();
    }

    @Test
    void aMassOutageIsTenEventsAndOneOfTheOthers() {
        events.add(Kind.RELOADED, "configuration", "generation 2 is in force");
        down(1, 4000);
        clock.advance(Burst.SECOND);
        events.look();
        events.look();

        assertEquals(12, said().size());
        assertEquals("RELOADED configuration: generation 2 is in force", said().getFirst());
        assertEquals("BACKEND_DOWN backend 10: down: connection refused", said().get(10));
        assertEquals(
                "BACKEND_DOWN 3,990 more backends: down within a second: backend 11, backend 12, backend 13, …",
                said().getLast());
        assertEquals(12, events.last());
    }

    @Test
    void theNextSecondIsOneOfItsOwnAlthoughNobodyHasLooked() {
        down(1, 11);
        clock.advance(Burst.SECOND);
        down(12, 12);

        assertEquals("BACKEND_DOWN 1 more backend: down within a second: backend 11", said().get(10));
        assertEquals("BACKEND_DOWN backend 12: down: connection refused", said().get(11));
    }

    @Test
    void beforeItsSecondIsOverNothingIsSaidOfTheOthers() {
        down(1, 20);
        clock.advance(Burst.SECOND.minus(Duration.ofMillis(1)));
        events.look();
        assertEquals(Burst.ONE_BY_ONE, said().size());

        events.close();
        assertEquals(Burst.ONE_BY_ONE + 1, said().size(), "nobody will look again");
    }

    @Test
    void aKindIsNotCutShortByAnother() {
        down(1, 4000);
        events.add(Kind.POOL_DOWN, "pool web", "no backend takes sessions; clients are refused");

        assertEquals("POOL_DOWN pool web: no backend takes sessions; clients are refused", said().getLast());
    }

    /** As many as there is room for, and the newest. */
    @Test
    void theOldestGoFirst() {
        for (int i = 1; i <= 1001; i++) {
            events.add(Kind.ADMIN, "backend " + i, "drained by alice");
        }
        assertEquals(1000, said().size());
        assertEquals("ADMIN backend 2: drained by alice", said().getFirst());
        assertEquals(1001, events.last());
    }

    @Test
    void actsAreToldOneByOne() {
        for (int i = 0; i < 50; i++) {
            events.add(Kind.ADMIN, "backend " + i, "drained by alice");
        }
        assertEquals(50, said().size());
    }
}
