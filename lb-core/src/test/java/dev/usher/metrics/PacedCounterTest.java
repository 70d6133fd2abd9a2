package dev.usher.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.testing.ManualClock;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class PacedCounterTest {
    private static final Duration STEP = Duration.ofNanos(MinuteClock.STEP_NANOS);
    private static final double CLOSE = 1e-9;

    private final ManualClock clock = new ManualClock();
    private final MinuteClock minute = new MinuteClock(clock.nanos());
    private final PacedCounter counter = new PacedCounter();

    private void pass(int steps) {
        for (int i = 0; i < steps; i++) {
            assertFalse(minute.isDue(clock.nanos()));
            clock.advance(STEP);
            assertTrue(minute.isDue(clock.nanos()));
            counter.sample(minute.tick(clock.nanos()));
        }
    }

    @Test
    void rateIsOverTheTimeSinceTheStartAtFirst() {
        counter.add(10);
        pass(1);
        assertEquals(2, counter.perSecond(), CLOSE);
        pass(3);
        assertEquals(0.5, counter.perSecond(), CLOSE);
        assertEquals(10, counter.total());
    }

    @Test
    void rateIsOverTheLastMinuteLater() {
        pass(40);
        counter.add(60);
        pass(1);
        assertEquals(1, counter.perSecond(), CLOSE);
        counter.add(60);
        pass(11);
        assertEquals(2, counter.perSecond(), CLOSE);
        pass(1);
        assertEquals(1, counter.perSecond(), CLOSE, "the first is a minute ago");
        pass(1);
        assertEquals(0, counter.perSecond());
    }

    @Test
    void rateComesBackAfterAnIdleMinute() {
        counter.add(5);
        pass(30);
        assertEquals(0, counter.perSecond());
        counter.add(30);
        pass(5);
        assertEquals(0.5, counter.perSecond(), CLOSE);
        assertEquals(35, counter.total());
    }

    @Test
    void aLateSampleCountsByItsTime() {
        pass(20);
        counter.add(120);
        clock.advance(Duration.ofSeconds(65));
        counter.sample(minute.tick(clock.nanos()));
        assertEquals(1, counter.perSecond(), CLOSE, "120 in the 120 s since the slot was used last");
    }
}
