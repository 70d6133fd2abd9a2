package dev.usher.config;

/**
 * The one escape for text that comes from outside: names, protocols, fields of certificates, answers of name servers, file
 * names, keys of the file. Without it such a text could end a line of a log and begin a forged one, move a terminal's cursor, or
 * turn round the direction of what stands beside it. The log, events and commands pass all they write through here.
 *
 * <p>Escaped are control characters (C0, DEL, C1), the separators U+2028 and U+2029, formatting characters (directions, zero
 * width, tags), and code points that have no character: {@code \n}, {@code \x1b}, {@code \}{@code u202e},
 * {@code \}{@code u{e0001}}. A backslash stays as it is: what is written is for eyes, and nobody reads it back.
 */
public final class Printable {
    private static final int LATIN_END = 0x100;

    private Printable() {}

    /** Whether a code point is shown as itself, and has no effect on what stands beside it. */
    public static boolean is(int codePoint) {
        if (codePoint >= ' ' && codePoint <= '~') {
            return true;
        }
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED -> false;
            default -> true;
        };
    }

    /** The text with an escape for each code point that is not {@link #is printable}; itself if it has none. */
    public static String of(String text) {
        int length = text.length();
        int at = 0;
        while (at < length && is(text.codePointAt(at))) {
            at += Character.charCount(text.codePointAt(at));
        }
        if (at == length) {
            return text;
        }
        StringBuilder out = new StringBuilder(length + 16).append(text, 0, at);
        text.substring(at).codePoints().forEach(codePoint -> append(out, codePoint));
        return out.toString();
    }

    private static void append(StringBuilder out, int codePoint) {
        if (is(codePoint)) {
            out.appendCodePoint(codePoint);
            return;
        }
        switch (codePoint) {
            case '\n' -> out.append("\\n");
            case '\r' -> out.append("\\r");
            case '\t' -> out.append("\\t");
            default -> out.append(form(codePoint).formatted(codePoint));
        }
    }

    private static String form(int codePoint) {
        if (codePoint < LATIN_END) {
            return "\\x%02x";
        }
        return Character.isBmpCodePoint(codePoint) ? "\\u%04x" : "\\u{%x}";
    }
}
