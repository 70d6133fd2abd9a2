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

class LoginsTest {
    private static final Token TOKEN = new Token("ops", Role.OPERATOR, "a".repeat(64));
    private static final List<Token> KNOWN = List.of(TOKEN);

    private long now = Long.MAX_VALUE - 5; // the clock may wrap
    private final Logins logins = new Logins(() -> now);

    @Test
    void lastEightHours() {
        String id = logins.begin(TOKEN);
        now += Logins.LIFE.toNanos();
        assertEquals(TOKEN, logins.find(id, KNOWN));
        assertTrue(logins.goesOn(Logins.key(id)));
        now += 1;
        assertFalse(logins.goesOn(Logins.key(id)));
        assertNull(logins.find(id, KNOWN));
        assertEquals(0, logins.size());
    }

    @Test
    void followTheirTokenAsItIsNow() {
        String id = logins.begin(TOKEN);
        Token demoted = new Token("ops", Role.VIEWER, "A".repeat(64));
        assertEquals(demoted, logins.find(id, List.of(demoted)));
        assertNull(logins.find(id, List.of(new Token("ops", Role.OPERATOR, "b".repeat(64)))), "another token");
    }

    @Test
    void areUnlikeEachOtherAndNotToBeGuessed() {
        assertNotEquals(logins.begin(TOKEN), logins.begin(TOKEN));
        assertEquals(43, logins.begin(TOKEN).length(), "256 bits in base64");
        assertNull(logins.find("", KNOWN));
    }

    @Test
    void areBoundedAndTheOldestGivesWay() {
        String first = logins.begin(TOKEN);
        String second = logins.begin(TOKEN);
        for (int i = 0; i < Logins.MAX - 1; i++) {
            logins.begin(TOKEN);
        }
        assertEquals(Logins.MAX, logins.size());
        assertNull(logins.find(first, KNOWN));
        assertEquals(TOKEN, logins.find(second, KNOWN));
    }
}
