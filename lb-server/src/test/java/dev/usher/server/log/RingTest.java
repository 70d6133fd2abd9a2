package dev.usher.server.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class RingTest {
    @Test
    void givesBackInOrderOverManyTurns() {
        Ring<Integer> ring = new Ring<>(4);
        for (int i = 0; i < 100; i++) {
            assertTrue(ring.offer(2 * i));
            assertTrue(ring.offer(2 * i + 1));
            assertEquals(2 * i, ring.poll());
            assertEquals(2 * i + 1, ring.poll());
        }
        assertNull(ring.poll());
    }

    @Test
    void takesNoMoreThanItsCapacityAndLosesNothingOfIt() {
        Ring<Integer> ring = new Ring<>(2);
        assertTrue(ring.isEmpty());
        assertTrue(ring.offer(1));
        assertTrue(ring.offer(2));
        assertFalse(ring.offer(3));
        assertFalse(ring.isEmpty());
        assertEquals(1, ring.poll());
        assertTrue(ring.offer(4));
        assertEquals(2, ring.poll());
        assertEquals(4, ring.poll());
        assertTrue(ring.isEmpty());
    }

    @Test
    void refusesACapacityThatIsNoPowerOfTwo() {
        assertThrows(IllegalArgumentException.class, () -> new Ring<Integer>(3));
        assertThrows(IllegalArgumentException.class, () -> new Ring<Integer>(0));
    }

    /** One thread puts numbers in as fast as it can, the other sees every number that was taken, once and in order. */
    @Test
    @SuppressWarnings("ThreadPriorityCheck") // yielding is for speed alone
    void keepsOrderBetweenTwoThreads() throws Exception {
        int count = 300_000;
        Ring<Integer> ring = new Ring<>(64);
        Thread producer = Thread.ofPlatform().start(() -> {
            for (int i = 0; i < count; i++) {
                while (!ring.offer(i)) {
                    Thread.yield(); // there may be one core
                }
            }
        });
        for (int expected = 0; expected < count; ) {
            Integer taken = ring.poll();
            if (taken != null) {
                assertEquals(expected, taken);
                expected++;
            } else {
                Thread.yield();
            }
        }
        producer.join();
        assertNull(ring.poll());
    }
}
