package dev.usher.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProberTest {
    private static final Duration INTERVAL = Duration.ofSeconds(2);

    /** A wake-up costs as much as a probe, so those that are due at about the same time share one. */
    @Test
    void whoIsDueAtAboutTheSameTimeIsProbedInOneGo() {
        TreeSet<Long> wakeUps = new TreeSet<>();
        for (int i = 0; i < 1000; i++) { // due over two seconds, as 1,000 backends are
            long now = TimeUnit.MILLISECONDS.toNanos(i);
            wakeUps.add(now + Prober.toBeat(now, TimeUnit.MILLISECONDS.toNanos(i), INTERVAL));
        }
        assertTrue(wakeUps.size() <= 51, wakeUps.size() + " wake-ups");
    }

    @ParameterizedTest
    @CsvSource({"2000, 0, 0", "2000, 1, 40", "2000, 40, 40", "2000, 1999, 2000", "86400000, 51, 100", "10, 1, 1"})
    void nobodyIsProbedEarlyNorMuchLater(long intervalMillis, long pauseMillis, long expectedMillis) {
        long slept = Prober.toBeat(0, pauseMillis * 1_000_000, Duration.ofMillis(intervalMillis));
        assertEquals(expectedMillis, TimeUnit.NANOSECONDS.toMillis(slept));
    }

    /** Its zero is anywhere: the clock of nanoseconds may be negative. */
    @Test
    void itIsTheSameBeatAroundTheClocksZero() {
        assertEquals(20, Prober.toBeat(-30, 15, Duration.ofNanos(500)));
        assertEquals(30, Prober.toBeat(-30, 25, Duration.ofNanos(500)));
    }

    /** 4,000 backends, whose turns come every 2 ms, with an interval of 2 s. */
    @Test
    void firstProbesAreSpreadOverTheInterval() {
        int[] dueIn100Millis = new int[20];
        for (int i = 0; i < 4000; i++) {
            Duration due = Prober.withinInterval(Duration.ofMillis(2L * i), Duration.ofSeconds(2));
            dueIn100Millis[(int) (due.toMillis() / 100)]++;
        }
        for (int due : dueIn100Millis) {
            assertEquals(200, due);
        }
    }
}
