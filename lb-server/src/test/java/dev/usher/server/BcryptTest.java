package dev.usher.server;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class BcryptTest {
    /** Made by libxcrypt, of the password {@code Bröt & wine}. */
    static final String HASH = "$2y$10$abcdefghijklmnopqrstuuWSvLjmL.IaMsd4n4u6GRAR.D1IGpJja";

    private final Bcrypt bcrypt = new Bcrypt();

    @Test
    void knowsHashesOfOtherPrograms() {
        for (String version : new String[] {"2a", "2b", "2y"}) {
            assertTrue(bcrypt.matches(HASH.replace("2y", version), "Bröt & wine"), version);
            assertFalse(bcrypt.matches(HASH.replace("2y", version), "Bröt & wine "), version);
        }
        assertFalse(bcrypt.matches(HASH, ""));
    }

    @Test
    void passwordsThatAHashWouldCutFitNothing() {
        assertFalse(bcrypt.matches(HASH, "Bröt & wine\0x"));
        assertFalse(bcrypt.matches(HASH, "x".repeat(73)));
    }
}
