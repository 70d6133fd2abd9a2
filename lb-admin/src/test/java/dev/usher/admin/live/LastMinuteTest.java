package dev.usher.admin.live;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.usher.end.CloseReason;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LastMinuteTest {
    private static final String RESET = CloseReason.CLIENT_RESET.word();

    private final LastMinute minute = new LastMinute();

    private Map<String, Long> next(long resets) {
        return minute.next(Map.of(RESET, resets, CloseReason.COMPLETED.word(), 1000 + resets));
    }

    /** What had failed before anybody looked is of no minute that is known. */
    @Test
    void beginsWithNothing() {
        assertEquals(Map.of(), next(7));
        assertEquals(Map.of(), next(7));
    }

    @Test
    void countsWhatFailedAndNotWhatCompleted() {
        next(7);
        assertEquals(Map.of(RESET, 1L), next(8));
        assertEquals(Map.of(RESET, 3L), next(10));
    }

    @Test
    void aReasonThatIsNewCounts() {
        minute.next(Map.of());
        assertEquals(Map.of(RESET, 2L), minute.next(Map.of(RESET, 2L)));
    }

    /** Seen once a second it is seen sixty times, and then no more. */
    @Test
    void aFailureIsShownForSixtySeconds() {
        next(0);
        for (int second = 1; second <= 60; second++) {
            assertEquals(Map.of(RESET, 1L), next(1), "in second " + second);
        }
        assertEquals(Map.of(), next(1));
    }
}
