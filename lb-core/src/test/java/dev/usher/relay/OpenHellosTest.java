package dev.usher.relay;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class OpenHellosTest {
    private final OpenHellos hellos = new OpenHellos();

    @Test
    void takeTwoSessionsOfAHelloAndNoThird() {
        assertTrue(hellos.enter(1));
        assertTrue(hellos.enter(1));
        assertTrue(hellos.enter(2));
        assertFalse(hellos.enter(1));
        hellos.leave(1);
        assertFalse(hellos.enter(1));
        hellos.leave(1);
        hellos.leave(1);
        assertTrue(hellos.enter(1));
    }

    @Test
    void keepNothingOfSessionsThatHaveEnded() {
        hellos.enter(1);
        hellos.enter(1);
        hellos.leave(1);
        assertFalse(hellos.isEmpty());
        hellos.leave(1);
        assertTrue(hellos.isEmpty());
    }
}
