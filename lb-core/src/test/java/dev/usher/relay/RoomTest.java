package dev.usher.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.testing.ManualClock;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class RoomTest {
    private final ManualClock clock = new ManualClock();
    private final Room room = new Room(10, clock);

    @Test
    void isFullAtItsBound() {
        enter(9);
        assertFalse(room.isFull());
        enter(1);
        assertTrue(room.isFull());
        room.leave();
        assertFalse(room.isFull());
        assertEquals(9, room.open());
    }

    @Test
    void eachLackTakesAPlace() {
        enter(6);
        room.lacked();
        room.lacked(); // the one before still says goodbye
        room.leave();
        room.leave();
        assertTrue(room.isFull(), "nobody comes in place of a refused one");
        room.leave();
        assertFalse(room.isFull(), "the next has the place of one that got all");
    }

    @Test
    void halfOfACrowdWithoutBackendsFits() {
        enter(10);
        for (int i = 0; i < 9; i++) {
            room.lacked();
        }
        for (int i = 0; i < 9; i++) {
            room.leave();
        }
        enter(3);
        assertFalse(room.isFull());
        enter(1);
        assertTrue(room.isFull());
    }

    @Test
    void growsTwofoldEachSecondAfterALack() {
        enter(4);
        room.lacked();
        clock.advance(Duration.ofMillis(999));
        assertTrue(room.isFull());
        clock.advance(Duration.ofMillis(1));
        assertFalse(room.isFull());
        enter(2);
        assertTrue(room.isFull(), "six places");
        clock.advance(Duration.ofSeconds(1));
        enter(3);
        assertFalse(room.isFull());
        enter(1);
        assertTrue(room.isFull(), "ten is the bound again");
    }

    @Test
    void keepsAPlaceForOne() {
        enter(1);
        room.lacked();
        room.leave();
        assertFalse(room.isFull());
    }

    private void enter(int connections) {
        for (int i = 0; i < connections; i++) {
            room.enter();
        }
    }
}
