package dev.usher.admin.live;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;

class HistoryTest {
    private final History history = new History();

    private List<?> column(String name) {
        Object column = history.columns(history.names(), 1).get(name);
        assertNotNull(column, name);
        return (List<?>) Objects.requireNonNull(column);
    }

    @Test
    void isEmptyAtFirst() {
        assertEquals(List.of(), column("open"));
        assertEquals(List.of(), column("serving_backends"));
    }

    @Test
    void beginsWithTheOldestFrame() {
        for (long sequence = 5; sequence < 8; sequence++) {
            history.add(TestFrames.frame(sequence));
        }
        assertEquals(5L, history.columns(history.names(), 1).get("first_sequence"));
        assertEquals(List.of(50L, 60L, 70L), column("open"));
        assertEquals(List.of(1800000005L, 1L, 1L), column("at_steps"));
        assertEquals(List.of(0.25, 0.25, 0.25), column("hello_p99"));
    }

    @Test
    void keepsFifteenMinutes() {
        for (long sequence = 1; sequence <= History.FRAMES + 10; sequence++) {
            history.add(TestFrames.frame(sequence));
        }
        assertEquals(11L, history.columns(history.names(), 1).get("first_sequence"));
        assertEquals(History.FRAMES, column("open").size());
        assertEquals(110L, column("open").getFirst());
        assertEquals(10L * (History.FRAMES + 10), column("open").getLast());
    }

    @Test
    void whatWasNotMeasuredIsNull() {
        history.add(TestFrames.frame(1));
        history.add(TestFrames.quiet(2));
        assertEquals(Arrays.asList(0.001, null), column("connect_p50"));
    }

    @Test
    void hasOnlyWhatIsAskedFor() {
        history.add(TestFrames.frame(1));
        assertEquals(
                Set.of("first_sequence", "at_steps", "heap_bytes"),
                history.columns(Set.of("heap_bytes"), 1).keySet());
    }

    @Test
    void measuresAreToOnePercentAndCountsAreWhole() {
        history.add(TestFrames.frame(123_456));
        assertEquals(List.of(1_234_560L), column("open"));
        assertEquals(List.of(16_400L), column("held_bytes"));
    }

    @Test
    void aPointIsTheHighestOfItsFrames() {
        for (long sequence : new long[] {5, 7, 6, 3, 4}) {
            history.add(TestFrames.frame(sequence));
        }
        Map<String, Object> points = history.columns(Set.of("open"), 2);
        assertEquals(List.of(70L, 60L, 40L), points.get("open"));
        assertEquals(List.of(1800000007L, -4L, 1L), points.get("at_steps"), "each at its last frame");
    }

    /** Its oldest frame is another one each second; who asks for other columns then wants them at the times of before. */
    @Test
    void pointsStayWhereTheyAreWhenFramesAreAdded() {
        for (long sequence = 1; sequence <= History.FRAMES; sequence++) {
            history.add(TestFrames.frame(sequence));
        }
        List<Long> before = times(4);
        for (long sequence = History.FRAMES + 1; sequence <= History.FRAMES + 9; sequence++) {
            history.add(TestFrames.frame(sequence));
            List<Long> now = times(4);
            long first = now.getFirst();
            List<Long> common = before.subList(before.indexOf(first), before.size() - 1); // the last was not whole
            assertEquals(common, now.subList(0, common.size()), "after frame " + sequence);
            assertEquals(1_800_000_000L + sequence, now.getLast());
        }
        Map<String, Object> points = history.columns(Set.of("open"), 4);
        assertEquals(10L, points.get("first_sequence"));
        assertEquals(
                List.of(110L, 150L),
                ((List<?>) Objects.requireNonNull(points.get("open"))).subList(0, 2),
                "of frames 10, 11 and of 12 to 15");
    }

    private List<Long> times(int framesPerPoint) {
        List<Long> times = new ArrayList<>();
        for (Object step : (List<?>)
                Objects.requireNonNull(history.columns(Set.of(), framesPerPoint).get("at_steps"))) {
            times.add((times.isEmpty() ? 0 : times.getLast()) + ((Number) step).longValue());
        }
        return times;
    }

    @Test
    void aPointIsNullOnlyWhereNothingWasMeasured() {
        history.add(TestFrames.quiet(2));
        history.add(TestFrames.frame(3));
        history.add(TestFrames.quiet(4));
        assertEquals(
                Arrays.asList(0.001, null),
                history.columns(Set.of("connect_p50"), 2).get("connect_p50"));
    }
}
