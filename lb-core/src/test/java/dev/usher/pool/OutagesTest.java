package dev.usher.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.usher.testing.ManualClock;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class OutagesTest {
    private final ManualClock clock = new ManualClock();
    private final Outages outages = new Outages();

    private void during(Duration time, BackendState state) {
        outages.note(state, clock.nanos());
        clock.advance(time);
    }

    private Duration total() {
        return outages.total(clock.nanos());
    }

    @Test
    void timeDownAndEjectedIsAddedUp() {
        during(Duration.ofSeconds(9), BackendState.UP);
        assertEquals(0, outages.count());
        during(Duration.ofSeconds(4), BackendState.DOWN);
        assertEquals(Duration.ofSeconds(4), total(), "also while it lasts");
        during(Duration.ofSeconds(3), BackendState.DOWN);
        during(Duration.ofSeconds(5), BackendState.UP);
        during(Duration.ofSeconds(2), BackendState.EJECTED);
        during(Duration.ofSeconds(1), BackendState.DOWN);
        during(Duration.ofSeconds(8), BackendState.UP);
        assertEquals(2, outages.count(), "ejected and then down is one");
        assertEquals(Duration.ofSeconds(10), total());
    }

    @Test
    void whatPeopleTakeOutIsNoOutage() {
        during(Duration.ofSeconds(9), BackendState.DRAINING);
        during(Duration.ofSeconds(9), BackendState.DISABLED);
        during(Duration.ofSeconds(9), BackendState.UNPROBED);
        assertEquals(0, outages.count());
        assertEquals(Duration.ZERO, total());
        during(Duration.ofSeconds(2), BackendState.DOWN);
        during(Duration.ofSeconds(9), BackendState.DRAINING);
        assertEquals(Duration.ofSeconds(2), total(), "an order ends it");
    }
}
