package dev.usher.sim;

import dev.usher.end.CloseReason;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** The last words of usher's own to refused clients. */
final class LastWord {
    private static final byte[] NONE = {};
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
        if (!isDue(talk, reason)) {
            return said.length - before == 0 ? 0 : -1;
        }
        int word = 0;
        while (talk.end(word) < before) {
            word++;
        }
        return missing(
                talk.form(), Arrays.copyOfRange(said, Math.min(said.length, talk.end(word)), said.length), reason);
    }

    static boolean isDue(Talk talk, CloseReason reason) {
        return switch (talk.form()) {
            case NONE -> false;
            case TLS -> alert(reason) != 0;
            case HTTP, HTTP_HEAD -> alert(reason) != 0 || status(reason) != 0;
        };
    }

    private static int missing(Talk.Form form, byte[] word, CloseReason reason) {
        return switch (form) {
            case NONE -> missing(NONE, word);
            case TLS -> missing(alertRecord(reason), word);
            case HTTP, HTTP_HEAD ->
                status(reason) == 0 ? missing(alertRecord(reason), word) : missingOfAnswer(form, word, reason);
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
            case UNKNOWN_NAME -> 112;
            case NO_SNI -> 109;
            case TLS_ON_HTTP -> 10;
            case NO_BACKEND, CONNECT_REFUSED, CONNECT_FAILED, CONNECT_TIMEOUT, OUT_OF_SOCKETS -> 80;
            case BACKEND_CLOSED_EARLY, BACKEND_SILENT -> 80;
            default -> 0;
        };
    }

    // ---- HTTP ----

    /** The status for a reason; 0 for none. */
    private static int status(CloseReason reason) {
        return switch (reason) {
            case REDIRECTED -> 308;
            case NOT_HTTP, MALFORMED_REQUEST, AMBIGUOUS_REQUEST, MALFORMED_BODY -> 400;
            case UNKNOWN_NAME -> 421;
            case REQUEST_TOO_LARGE -> 431;
            case CONNECT_REFUSED, CONNECT_FAILED, BACKEND_CLOSED_EARLY -> 502;
            case NO_BACKEND, OUT_OF_SOCKETS -> 503;
            case CONNECT_TIMEOUT, BACKEND_SILENT -> 504;
            default -> 0;
        };
    }

    /** An answer must have its status and the body that it announces. */
    private static int missingOfAnswer(Talk.Form form, byte[] word, CloseReason reason) {
        byte[] begin = ("HTTP/1.1 " + status(reason) + " ").getBytes(StandardCharsets.US_ASCII);
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
