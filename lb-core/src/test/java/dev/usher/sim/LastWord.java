package dev.usher.sim;

import dev.usher.end.CloseReason;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** The last words of usher's own to refused clients. */
final class LastWord {
    private static final byte[] NONE = {};
    private static final int NO_METHOD = 0xff;
    private static final String END_OF_HEAD = "\r\n\r\n";
    private static final String LENGTH = "\r\nContent-Length: ";

    private LastWord() {}

    /**
     * The number of bytes that the client is still to get, or at least 1 if that is not known yet.
     *
     * @param said all of usher's own bytes so far
     * @param before the part of them before the end
     * @return negative if the bytes are not right
     */
    static int missing(Talk talk, byte[] said, int before, CloseReason reason) {
        int words = talk.wordsIn(before);
        int missing = missing(talk, words, said, before, reason);
        boolean mayBeGranted = missing < 0 && before == talk.end(words) && talk.isGrant(words + 1);
        return mayBeGranted ? missing(talk, words + 1, said, before, reason) : missing;
    }

    /** @param words that come first */
    private static int missing(Talk talk, int words, byte[] said, int before, CloseReason reason) {
        int start = talk.end(words);
        Talk.Form form = talk.form(words);
        if (!isDue(form, reason)) {
            return said.length == before ? 0 : -1;
        }
        if (!talk.begins(said, Math.min(said.length, start))) {
            return -1;
        }
        return said.length < start
                ? start - said.length
                : missing(form, Arrays.copyOfRange(said, start, said.length), reason);
    }

    /** Whether a client with so many words is due another for the reason. */
    static boolean isDue(Talk.Form form, CloseReason reason) {
        return switch (form) {
            case NONE -> false;
            case TLS -> alert(reason) != 0;
            case HTTP, HTTP_HEAD, CONNECT -> alert(reason) != 0 || status(form, reason) != 0;
            case SOCKS_4, SOCKS_5 -> reply(reason) != 0;
            case POSTGRES -> reason == CloseReason.POSTGRES_WITHOUT_TLS;
        };
    }

    private static int missing(Talk.Form form, byte[] word, CloseReason reason) {
        return switch (form) {
            case NONE -> missing(NONE, word);
            case TLS -> missing(alertRecord(reason), word);
            case HTTP, HTTP_HEAD, CONNECT -> {
                int status = status(form, reason);
                yield status == 0 ? missing(alertRecord(reason), word) : missingOfAnswer(form, word, status);
            }
            case POSTGRES -> missingOfError(word);
            case SOCKS_4 -> missing(new byte[] {0, 91, 0, 0, 0, 0, 0, 0}, word);
            case SOCKS_5 ->
                reply(reason) == NO_METHOD
                        ? missing(new byte[] {5, (byte) NO_METHOD}, word)
                        : missing(new byte[] {5, (byte) reply(reason), 0, 1, 0, 0, 0, 0, 0, 0}, word);
        };
    }

    private static int missing(byte[] due, byte[] word) {
        boolean begun = word.length <= due.length && Arrays.equals(word, Arrays.copyOf(due, word.length));
        return begun ? due.length - word.length : -1;
    }

    // ---- TLS ----

    private static byte[] alertRecord(CloseReason reason) {
        return new byte[] {21, 3, 3, 0, 2, 2, (byte) alert(reason)};
    }

    /** The alert for a reason; 0 for none. */
    private static int alert(CloseReason reason) {
        return switch (reason) {
            case UNKNOWN_NAME, SNI_MISMATCH -> 112;
            case NO_SNI -> 109;
            case TLS_ON_HTTP, NOT_SOCKS -> 10;
            case NO_BACKEND, CONNECT_REFUSED, CONNECT_FAILED, CONNECT_TIMEOUT, OUT_OF_SOCKETS -> 80;
            case BACKEND_CLOSED_EARLY, BACKEND_SILENT -> 80;
            default -> 0;
        };
    }

    // ---- Postgres ----

    /** An ErrorResponse: a letter, and a length that includes itself. */
    private static int missingOfError(byte[] word) {
        if (word.length <= Integer.BYTES) {
            return word.length > 0 && word[0] != 'E' ? -1 : 1;
        }
        return word[0] == 'E' ? 1 + ByteBuffer.wrap(word).getInt(1) - word.length : -1;
    }

    // ---- SOCKS ----

    /** The reply of SOCKS 5 for a reason (RFC 1928 section 6); 0 for none. SOCKS 4 has one for all. */
    private static int reply(CloseReason reason) {
        return switch (reason) {
            case MALFORMED_SOCKS, OUT_OF_SOCKETS -> 1;
            case UNKNOWN_NAME, PORT_DENIED -> 2;
            case NO_BACKEND, CONNECT_FAILED -> 4;
            case CONNECT_REFUSED -> 5;
            case CONNECT_TIMEOUT -> 6;
            case SOCKS_COMMAND -> 7;
            case AUTH_METHOD -> NO_METHOD;
            default -> 0;
        };
    }

    // ---- HTTP ----

    /** The status for a reason; 0 for none. */
    private static int status(Talk.Form form, CloseReason reason) {
        return switch (reason) {
            case REDIRECTED -> 308;
            case NOT_HTTP, MALFORMED_REQUEST, AMBIGUOUS_REQUEST, MALFORMED_BODY, NOT_SOCKS -> 400;
            case PORT_DENIED -> 403;
            case PLAIN_DENIED -> 405;
            case UNKNOWN_NAME -> form == Talk.Form.CONNECT ? 403 : 421;
            case REQUEST_TOO_LARGE -> 431;
            case CONNECT_REFUSED, CONNECT_FAILED, BACKEND_CLOSED_EARLY -> 502;
            case NO_BACKEND, OUT_OF_SOCKETS -> 503;
            case CONNECT_TIMEOUT, BACKEND_SILENT -> 504;
            default -> 0;
        };
    }

    /** An answer must have its status and the body that it announces. */
    private static int missingOfAnswer(Talk.Form form, byte[] word, int status) {
        byte[] begin = ("HTTP/1.1 " + status + " ").getBytes(StandardCharsets.US_ASCII);
        if (word.length < begin.length) {
            return missing(begin, word);
        }
        String text = new String(word, StandardCharsets.US_ASCII);
        int end = text.indexOf(END_OF_HEAD);
        if (!Arrays.equals(begin, Arrays.copyOf(word, begin.length))) {
            return -1;
        }
        return end < 0 ? 1 : length(form, text.substring(0, end)) - (word.length - end - END_OF_HEAD.length());
    }

    private static int length(Talk.Form form, String head) {
        int at = head.indexOf(LENGTH) + LENGTH.length();
        int announced = Integer.parseInt(head.substring(at, head.indexOf("\r\n", at)));
        return form == Talk.Form.HTTP_HEAD ? 0 : announced;
    }
}
