package dev.usher.proxyheader;

import static dev.usher.proxyheader.Headers.hex;
import static dev.usher.proxyheader.Headers.latin1;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EscapedTextTest {
    @Test
    void isTheBytesThatItStandsFor() {
        assertArrayEquals(latin1(""), bytes(""));
        assertArrayEquals(latin1("http/1.1 ~"), bytes("http/1.1 ~"));
        assertArrayEquals(hex("0A0A"), bytes("\\x0a\\x0A"));
        assertArrayEquals(hex("5C"), bytes("\\\\"));
        assertArrayEquals(latin1("\\x41"), bytes("\\\\x41"));
        assertArrayEquals(latin1("a\\\\A-"), bytes("a\\\\\\\\\\x41-"));
    }

    @Test
    void isEveryByte() {
        for (int b = 0; b < 256; b++) {
            assertArrayEquals(new byte[] {(byte) b}, bytes(String.format("\\x%02x", b)));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\\",
                "a\\",
                "\\n",
                "\\x",
                "\\x1",
                "\\xg0",
                "\\x0g",
                "\\X41",
                "\\\\\\",
                "\n",
                "\u007f",
                "\u00e9",
                "\u0000",
                "\\x\uff10\uff10"
            })
    void isNothingElse(String text) {
        assertThrows(IllegalArgumentException.class, () -> EscapedText.length(text));
        assertThrows(IllegalArgumentException.class, () -> EscapedText.put(ByteBuffer.allocate(99), text));
    }

    private static byte[] bytes(String text) {
        byte[] bytes = new byte[EscapedText.length(text)];
        ByteBuffer into = ByteBuffer.wrap(bytes);
        EscapedText.put(into, text);
        assertEquals(0, into.remaining());
        return bytes;
    }
}
