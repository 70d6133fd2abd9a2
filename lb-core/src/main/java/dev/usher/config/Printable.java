package dev.usher.config;

/**
 * The one escape for text from outside: names, protocols, fields of certificates, answers of name servers, file names,
 * keys of the file. Unescaped text could end a log line and forge the next, move a terminal's cursor, or reverse the
 * direction of neighbouring text. The log, events and commands pass their output through here.
 *
 * <p>Escaped are control characters (C0, DEL, C1), the separators U+2028 and U+2029, formatting characters (directions,
 * zero width, tags), and code points without a character: {@code \n}, {@code \x1b}, {@code \}{@code u202e},
 * {@code \}{@code u{e0001}}. A backslash stays unchanged: the output is for reading, and never parsed again.
 */
public final class Printable {
    private static final int LATIN_END = 0x100;

    private Printable() {}

    /** Whether a code point is shown as itself, without an effect on its neighbours. */
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

    /**
     * Returns the text with an escape for each code point that is not {@link #is printable}; the same object if none is
     * needed.
     */
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
