package dev.usher.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.testing.Seed;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a sketch says, against an exact count of the same names. */
class NameSketchTest {
    private final Random random = new Random(Seed.of(NameSketchTest.class));
    private final Map<String, Long> exact = new HashMap<>();

    private void count(NameSketch sketch, String name) {
        sketch.count(name, exact.size());
        exact.merge(name, 1L, Long::sum);
    }

    private void check(NameSketch sketch, int capacity) {
        long total = exact.values().stream().mapToLong(Long::longValue).sum();
        assertEquals(total, sketch.total());
        Map<String, Long> remembered = new HashMap<>();
        long[] sum = new long[1];
        sketch.forEach((name, count, error, seen) -> {
            long really = exact.getOrDefault(name, 0L);
            assertTrue(
                    really <= count && count - error <= really, name + ": " + really + ", not " + count + "-" + error);
            assertTrue(error <= sketch.floor(), name + ": error " + error + " over " + sketch.floor());
            assertEquals(null, remembered.put(name, count), name + " is there twice");
            sum[0] += count;
        });
        assertEquals(total, sum[0], "no count is lost");
        assertEquals(Math.min(capacity, exact.size()), remembered.size());
        exact.forEach((name, count) -> {
            if (!remembered.containsKey(name)) {
                assertTrue(count <= sketch.floor() && count <= total / capacity, name + " " + count + " is missing");
            }
        });
    }

    /** @param spread how much more common the first names are than the last: 1 is not at all */
    @ParameterizedTest
    @CsvSource({
        "1, 1, 1",
        "1, 20, 1",
        "2, 5, 3",
        "10, 8, 1",
        "10, 100, 1",
        "50, 500, 3",
        "100, 10000, 2",
        "1000, 5000, 1"
    })
    void isNeverOutOfItsBounds(int capacity, int names, int spread) {
        NameSketch sketch = new NameSketch(capacity);
        for (int i = 0; i < 50_000; i++) {
            count(sketch, "name-" + (int) (names * Math.pow(random.nextDouble(), spread)));
            if (i % 10_000 == 0 || i < 100) {
                check(sketch, capacity);
            }
        }
        check(sketch, capacity);
    }

    @Test
    void countsExactlyWhileThereIsRoom() {
        NameSketch sketch = new NameSketch(10);
        for (int i = 0; i < 1000; i++) {
            count(sketch, "name-" + random.nextInt(10));
        }
        sketch.forEach((name, count, error, seen) -> {
            assertEquals(exact.get(name), count);
            assertEquals(0, error);
        });
    }

    /** Names that come once push out each other, and none of those that come again and again. */
    @Test
    void keepsCommonNamesInAFloodOfRareOnes() {
        NameSketch sketch = new NameSketch(100);
        for (int i = 0; i < 100_000; i++) {
            count(sketch, i % 10 == 0 ? "common-" + i / 10 % 5 : "rare-" + i);
        }
        Map<String, Long> remembered = new HashMap<>();
        sketch.forEach((name, count, error, seen) -> remembered.put(name, count - error));
        for (int i = 0; i < 5; i++) {
            assertTrue(remembered.getOrDefault("common-" + i, 0L) > 1000, remembered.toString());
        }
    }
}
