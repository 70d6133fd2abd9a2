package dev.usher.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.end.CloseReason;
import dev.usher.testing.ManualClock;
import dev.usher.testing.TestBackend;
import dev.usher.testing.TestPeer;
import dev.usher.testing.TestUsher;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
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
    void growsForEachSecondThatNobodyAsked() {
        enter(4);
        room.lacked();
        clock.advance(Duration.ofMinutes(1));
        enter(5);
        assertFalse(room.isFull());
    }

    @Test
    void keepsAPlaceForOne() {
        enter(1);
        room.lacked();
        room.leave();
        assertFalse(room.isFull());
    }

    /** A source that this machine does not have is no lack: one pool with such a source would stop all others. */
    @Test
    void aConnectionWithoutASourceTakesNoPlace() throws IOException {
        Queue<SessionEnd> ends = new ArrayDeque<>();
        try (TestBackend backend = TestBackend.start(TestBackend.ECHO)) {
            HandTurned usher = new HandTurned(
                    TestUsher.of(backend).pool(pool -> pool.source("192.0.2.1")).config(),
                    1 << 20,
                    clock,
                    HandTurned.into(ends));
            try (TestPeer _ = usher.accepted();
                    TestPeer client = usher.accepted()) {
                client.send(TestUsher.hello());
                usher.turnUntil(() -> !ends.isEmpty(), "the session ends");
                assertEquals(CloseReason.OUT_OF_SOCKETS, ends.remove().reason());
                assertFalse(usher.room.isFull());
            } finally {
                usher.finish();
            }
        }
    }

    private void enter(int connections) {
        for (int i = 0; i < connections; i++) {
            room.enter();
        }
    }
}
