package dev.usher.admin.live;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;

class HistoryTest {
    private final History history = new History();

    private List<?> column(String name) {
        Object column = history.columns(history.names()).get(name);
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
        assertEquals(5L, history.columns(history.names()).get("first_sequence"));
        assertEquals(List.of(50L, 60L, 70L), column("open"));
        assertEquals(List.of(1800000005L, 1L, 1L), column("at_steps"));
        assertEquals(List.of(0.25, 0.25, 0.25), column("hello_p99"));
    }

    @Test
    void keepsFifteenMinutes() {
        for (long sequence = 1; sequence <= History.FRAMES + 10; sequence++) {
            history.add(TestFrames.frame(sequence));
        }
        assertEquals(11L, history.columns(history.names()).get("first_sequence"));
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
                history.columns(Set.of("heap_bytes")).keySet());
    }

    @Test
    void measuresAreToOnePercentAndCountsAreWhole() {
        history.add(TestFrames.frame(123_456));
        assertEquals(List.of(1_234_560L), column("open"));
        assertEquals(List.of(16_400L), column("held_bytes"));
    }
}
