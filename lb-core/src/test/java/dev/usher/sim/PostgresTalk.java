package dev.usher.sim;

import dev.usher.end.CloseReason;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Clients of Postgres, which ask for TLS in clear, and say their hello behind the answer. */
final class PostgresTalk {
    /** The pool whose backends are asked for TLS in turn. */
    static final String POOL = "q";

    private static final String NAME = "q.example";
    private static final byte[] SSL = {0, 0, 0, 8, 4, (byte) 0xd2, 22, 47};
    private static final byte[] GSS = {0, 0, 0, 8, 4, (byte) 0xd2, 22, 48};
    private static final byte[] CANCEL = {0, 0, 0, 16, 4, (byte) 0xd2, 22, 46};
    private static final byte[] STARTUP = {0, 0, 0, 40, 0, 3, 0, 0};
    private static final byte[] GARBAGE = {-1, -1, -1, -1, -1, -1, -1, -1};
    static final int REQUEST_BYTES = SSL.length;

    private PostgresTalk() {}

    static Talk good(Chance chance) {
        return switch (chance.below(4)) {
            case 0 -> new Talk(Talks.hello("a.example", chance), "a", Talk.Form.TLS); // at once
            case 1 ->
                behindGss(joined(SSL, Talks.hello(NAME, chance)), POOL, Talk.Form.TLS)
                        .wordAlone("S", 2 * REQUEST_BYTES)
                        .consumes(2 * REQUEST_BYTES, SSL);
            default -> asking(NAME, POOL, chance);
        };
    }

    private static Talk asking(String name, @Nullable String pool, Chance chance) {
        return new Talk(joined(SSL, Talks.hello(name, chance)), pool, Talk.Form.TLS)
                .wordAlone("S", REQUEST_BYTES)
                .consumes(REQUEST_BYTES, SSL);
    }

    private static Talk behindGss(byte[] rest, @Nullable String pool, Talk.Form form) {
        return new Talk(joined(GSS, rest), pool, form).wordAlone("N", REQUEST_BYTES);
    }

    static Talk bad(Chance chance) {
        int last = REQUEST_BYTES - 1;
        return switch (chance.below(6)) {
            case 0 -> new Talk(STARTUP, null, Talk.Form.POSTGRES).refused(CloseReason.POSTGRES_WITHOUT_TLS, last);
            case 1 -> new Talk(CANCEL, null, Talk.Form.TLS).refused(CloseReason.POSTGRES_CANCEL, last);
            case 2 -> new Talk(GARBAGE, null, Talk.Form.TLS).refused(CloseReason.NOT_TLS, 0);
            case 3 -> behindGss(GSS, null, Talk.Form.TLS).refused(CloseReason.NOT_TLS, REQUEST_BYTES + last);
            case 4 ->
                behindGss(STARTUP, null, Talk.Form.POSTGRES)
                        .refused(CloseReason.POSTGRES_WITHOUT_TLS, REQUEST_BYTES + last);
            default -> {
                Talk talk = asking("nobody.example", null, chance);
                yield talk.refused(CloseReason.UNKNOWN_NAME, talk.head().length - 1);
            }
        };
    }

    private static byte[] joined(byte[] first, byte[] second) {
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }
}
