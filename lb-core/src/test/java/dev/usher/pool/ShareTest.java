package dev.usher.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.testing.ManualClock;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ShareTest {
    private static final Duration WHOLE = Duration.ofSeconds(10);

    private final ManualClock clock = new ManualClock();
    private final Share share = new Share();

    @ParameterizedTest
    @CsvSource({"0, 1", "100, 1", "199, 1", "200, 2", "5000, 50", "9999, 99", "10000, 100", "20000, 100"})
    void aSlowStartGrowsFromOnePercentToAHundred(long millis, int percent) {
        share.startSlowly(clock.nanos());
        clock.advance(Duration.ofMillis(millis));
        assertEquals(percent, share.percent(clock.nanos(), WHOLE));
        share.keep(clock.nanos(), WHOLE);
        assertEquals(percent < 100, share.isStartingSlowly());
    }

    @Test
    void isWholeWithoutASlowStart() {
        assertEquals(100, share.percent(clock.nanos(), WHOLE));
        assertFalse(share.isStartingSlowly());
        share.startSlowly(clock.nanos());
        assertTrue(share.isStartingSlowly());
        clock.advance(Duration.ofNanos(1));
        assertEquals(100, share.percent(clock.nanos(), null), "a reload has ended it");
    }
}
