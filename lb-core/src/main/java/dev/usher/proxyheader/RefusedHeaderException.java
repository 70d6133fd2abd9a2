package dev.usher.proxyheader;

/** Bytes that are no acceptable header. Carries no stack trace, since any sender can cause this exception. */
final class RefusedHeaderException extends Exception {
    private static final long serialVersionUID = 1L;

    private final String detail;

    RefusedHeaderException(String detail) {
        super(detail, null, false, false);
        this.detail = detail;
    }

    /** Refuses the byte {@code b}, 0..255, at index {@code at}, where no header that fits the bytes so far has it. */
    static RefusedHeaderException unexpected(int b, int at, String where) {
        String shown = b > ' ' && b <= '~' ? "'" + (char) b + "'" : String.format("0x%02x", b);
        return new RefusedHeaderException("byte " + at + " is " + shown + ", not of " + where);
    }

    ProxyHeaderResult.Refused result() {
        return new ProxyHeaderResult.Refused(detail);
    }
}
