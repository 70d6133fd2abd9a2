package dev.usher.pool;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.testing.ManualClock;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ReachTest {
    private final ManualClock clock = new ManualClock();
    private final Reach reach = new Reach();

    @Test
    void aFailureSpeaksAgainstAnUnreachedAddressForAMinute() {
        assertFalse(reach.isInVain(clock.nanos()));
        assertTrue(reach.failed(clock.nanos()), "news");
        assertFalse(reach.failed(clock.nanos()), "no news in the same minute");
        clock.advance(Duration.ofMinutes(1).minusNanos(1));
        assertTrue(reach.isInVain(clock.nanos()));
        clock.advance(Duration.ofNanos(1));
        assertFalse(reach.isInVain(clock.nanos()));
        assertTrue(reach.failed(clock.nanos()), "news again");
    }

    @Test
    void nothingSpeaksAgainstAnAddressThatWasReached() {
        assertTrue(reach.failed(clock.nanos()));
        assertFalse(reach.wasReached());
        assertTrue(reach.reached(), "news");
        assertFalse(reach.reached());
        assertTrue(reach.wasReached());
        assertFalse(reach.isInVain(clock.nanos()));
        assertFalse(reach.failed(clock.nanos()));
    }
}
