package dev.usher.server;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** A collection is due when garbage has come together and traffic is light, or when garbage is much. */
class HeapUpkeepTest {
    private static final long START = 20L << 20;
    private static final long STEP = 1 << 20;

    private final HeapUpkeep.Garbage garbage = new HeapUpkeep.Garbage();

    @Test
    void aHeapAtRestIsLeftAlone() {
        for (int second = 0; second < 1000; second++) {
            assertFalse(garbage.isDue(START + second % 7 * STEP, false), "only small collections' garbage");
        }
    }

    @Test
    void someGarbageIsCollectedOnceTrafficIsLight() {
        garbage.isDue(START, false);
        long full = START + HeapUpkeep.SOME_BYTES;
        for (int second = 0; second < 100; second++) {
            assertFalse(garbage.isDue(full, second % 5 == 0), "small collections go on");
        }
        garbage.isDue(full, true);
        for (int second = 1; second < HeapUpkeep.LIGHT_SECONDS; second++) {
            assertFalse(garbage.isDue(full, false), "second " + second);
        }
        assertTrue(garbage.isDue(full, false));
    }

    @Test
    void muchGarbageIsCollectedAtAnyTime() {
        garbage.isDue(START, false);
        assertFalse(garbage.isDue(START + HeapUpkeep.MUCH_BYTES - 1, false));
        garbage.isDue(START + STEP, false);
        assertTrue(garbage.isDue(START + HeapUpkeep.MUCH_BYTES, false));
    }

    @Test
    void afterACollectionGarbageCountsFromThere() {
        garbage.isDue(START, false);
        assertTrue(garbage.isDue(START + HeapUpkeep.MUCH_BYTES, false));
        long live = START + HeapUpkeep.MUCH_BYTES - STEP; // a larger configuration: not garbage
        garbage.collected(live);
        for (int second = 0; second < 100; second++) {
            assertFalse(garbage.isDue(live + STEP, false));
        }
        assertTrue(garbage.isDue(live + HeapUpkeep.MUCH_BYTES, false));
    }

    @Test
    void aCollectionByTheJvmCountsToo() {
        garbage.isDue(START + HeapUpkeep.MUCH_BYTES, false);
        garbage.isDue(START, false);
        assertTrue(garbage.isDue(START + HeapUpkeep.MUCH_BYTES, false));
    }
}
