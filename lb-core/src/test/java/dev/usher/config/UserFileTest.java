package dev.usher.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class UserFileTest {
    private static final String HASH = "$2y$10$" + "a".repeat(53);

    private static void isRefused(String fault, String text) {
        String message = String.valueOf(
                assertThrows(IllegalArgumentException.class, () -> UserFile.parse(Path.of("users"), text))
                        .getMessage());
        assertTrue(message.contains(fault), message);
        assertFalse(message.contains("aaaa"), message);
    }

    @Test
    void readsTheLinesOfHtpasswd() {
        UserFile file = UserFile.parse(Path.of("users"), "# people\n\nme:" + HASH + "\nJürgen:" + HASH + "\r\n");
        assertEquals(HASH, file.hashOf("me"));
        assertEquals(HASH, file.hashOf("Jürgen"));
        assertNull(file.hashOf("you"));
    }

    @Test
    void saysTheFaultyLineAndNoHash() {
        isRefused("line 2: a line is NAME:HASH", "me:" + HASH + "\nyou");
        isRefused("line 1: a line is NAME:HASH", ":" + HASH);
        isRefused("line 1: the hash is not bcrypt", "me:$apr1$aaaaaaaa$aaaaaaaaaaaaaaaaaaaaaa");
        isRefused("line 1: the hash is not bcrypt", "me:" + HASH + "a");
        isRefused("line 1: the cost of the hash must be 4..14, was 15", "me:" + HASH.replace("$10$", "$15$"));
        isRefused("line 2: the user comes twice", "me:" + HASH + "\nme:" + HASH);
        isRefused("line 1: length of a user's name", "m".repeat(256) + ":" + HASH);
        isRefused("there is no user", "# nobody yet\n");
    }
}
