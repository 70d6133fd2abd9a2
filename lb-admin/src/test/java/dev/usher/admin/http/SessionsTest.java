package dev.usher.admin.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.config.AdminConfig.Role;
import dev.usher.config.AdminConfig.Token;
import java.util.List;
import org.junit.jupiter.api.Test;

class SessionsTest {
    private static final Token TOKEN = new Token("ops", Role.OPERATOR, "a".repeat(64));
    private static final List<Token> KNOWN = List.of(TOKEN);

    private long now = Long.MAX_VALUE - 5; // the clock may wrap
    private final Sessions sessions = new Sessions(() -> now);

    @Test
    void lastEightHours() {
        String id = sessions.begin(TOKEN);
        now += Sessions.LIFE.toNanos();
        assertEquals(TOKEN, sessions.find(id, KNOWN));
        assertTrue(sessions.goesOn(Sessions.key(id)));
        now += 1;
        assertFalse(sessions.goesOn(Sessions.key(id)));
        assertNull(sessions.find(id, KNOWN));
        assertEquals(0, sessions.size());
    }

    @Test
    void followTheirTokenAsItIsNow() {
        String id = sessions.begin(TOKEN);
        Token demoted = new Token("ops", Role.VIEWER, "A".repeat(64));
        assertEquals(demoted, sessions.find(id, List.of(demoted)));
        assertNull(sessions.find(id, List.of(new Token("ops", Role.OPERATOR, "b".repeat(64)))), "another token");
    }

    @Test
    void areUnlikeEachOtherAndNotToBeGuessed() {
        assertNotEquals(sessions.begin(TOKEN), sessions.begin(TOKEN));
        assertEquals(43, sessions.begin(TOKEN).length(), "256 bits in base64");
        assertNull(sessions.find("", KNOWN));
    }

    @Test
    void areBoundedAndTheOldestGivesWay() {
        String first = sessions.begin(TOKEN);
        String second = sessions.begin(TOKEN);
        for (int i = 0; i < Sessions.MAX - 1; i++) {
            sessions.begin(TOKEN);
        }
        assertEquals(Sessions.MAX, sessions.size());
        assertNull(sessions.find(first, KNOWN));
        assertEquals(TOKEN, sessions.find(second, KNOWN));
    }
}
