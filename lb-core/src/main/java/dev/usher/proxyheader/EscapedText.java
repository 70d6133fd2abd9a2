package dev.usher.proxyheader;

import java.nio.ByteBuffer;
import java.util.HexFormat;

/**
 * Bytes written as text: printable ASCII stands for itself, a backslash is {@code \\}, and any other byte is {@code \x}
 * with two hex digits. A {@code ClientHello} has names and protocols in this form; this class converts the text back to
 * the bytes that the client sent.
 */
final class EscapedText {
    private static final int HEX_ESCAPE_LENGTH = 4; // \xhh

    private EscapedText() {}

    /**
     * The number of bytes that {@code text} stands for.
     *
     * @throws IllegalArgumentException if the text has a wrong escape
     */
    static int length(String text) {
        int count = 0;
        for (int at = 0; at < text.length(); at += width(text, at)) {
            byteAt(text, at);
            count++;
        }
        return count;
    }

    /**
     * Writes the bytes that {@code text} stands for.
     *
     * @throws IllegalArgumentException if the text has a wrong escape
     */
    static void put(ByteBuffer into, String text) {
        for (int at = 0; at < text.length(); at += width(text, at)) {
            into.put(byteAt(text, at));
        }
    }

    /** The number of characters for the byte at {@code at}. */
    private static int width(String text, int at) {
        if (text.charAt(at) != '\\') {
            return 1;
        }
        return text.startsWith("\\x", at) ? HEX_ESCAPE_LENGTH : 2;
    }

    private static byte byteAt(String text, int at) {
        char c = text.charAt(at);
        if (c != '\\') {
            if (c < ' ' || c > '~') {
                throw new IllegalArgumentException("character " + (int) c + " must be escaped");
            }
            return (byte) c;
        }
        if (text.startsWith("\\\\", at)) {
            return '\\';
        }
        int high = hexDigit(text, at + 2);
        int low = hexDigit(text, at + 3);
        if (!text.startsWith("\\x", at) || high < 0 || low < 0) {
            throw new IllegalArgumentException("an escape must be \\\\ or \\xhh, at index " + at + " it is neither");
        }
        return (byte) (high << 4 | low);
    }

    private static int hexDigit(String text, int at) {
        return at < text.length() && HexFormat.isHexDigit(text.charAt(at))
                ? HexFormat.fromHexDigit(text.charAt(at))
                : -1;
    }
}
