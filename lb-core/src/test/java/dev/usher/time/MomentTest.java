package dev.usher.time;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class MomentTest {
    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

    @Test
    void anEarlierTimeIsEarlierOnTheWallAsWell() {
        Moment moment = new Moment(5_000_000_000L, NOON);
        assertEquals(NOON.minusSeconds(2), moment.wall(3_000_000_000L));
        assertEquals(Duration.ofSeconds(2), moment.since(3_000_000_000L));
    }

    @Test
    void nothingHasPassedSinceATimeAhead() {
        assertEquals(Duration.ZERO, new Moment(5, NOON).since(6));
    }

    @Test
    void nowIsNowOnTheWall() {
        Instant before = Instant.ofEpochMilli(System.currentTimeMillis());
        Instant now = Moment.now(() -> 0).wall();
        assertFalse(now.isBefore(before));
        assertFalse(now.isAfter(Instant.now()));
    }
}
