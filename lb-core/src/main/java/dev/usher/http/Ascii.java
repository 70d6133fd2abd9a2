package dev.usher.http;

/** Classes of characters (RFC 9110 section 5.6.2, RFC 5234 appendix B.1). */
final class Ascii {
    private Ascii() {}

    static boolean isDigit(int c) {
        return c >= '0' && c <= '9';
    }

    private static boolean isLetter(int c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    }

    static boolean isTokenCharacter(int c) {
        return isLetter(c) || isDigit(c) || "!#$%&'*+-.^_`|~".indexOf(c) >= 0;
    }

    static boolean isToken(String text) {
        return !text.isEmpty() && text.chars().allMatch(Ascii::isTokenCharacter);
    }

    /** Visible, and no blank. */
    static boolean isVisible(int c) {
        return c > ' ' && c < 0x7F;
    }

    /** A control other than the tab; none may stand in a head. */
    static boolean isControl(int c) {
        return (c < ' ' && c != '\t') || c == 0x7F;
    }
}
