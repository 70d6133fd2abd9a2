package dev.usher.end;

import org.jspecify.annotations.Nullable;

/**
 * A request of a listener of type http or connect and the status of its answer, for the access log.
 *
 * @param method as sent, cut after {@value #MAX_METHOD_CHARS} characters; null if the head was not understood
 * @param path as sent, without the query, since a query may hold secrets; cut after {@value #MAX_PATH_CHARS}
 *     characters; of a CONNECT the host and port; null like the method
 * @param status of usher's own answer, or of the first answer of the backend; null without an answer, and if the
 *     backend's first bytes are no whole status
 */
public record HttpExchange(
        @Nullable String method,
        @Nullable String path,
        @Nullable Integer status) {
    /** The longest method in use has 17 characters (RFC 4437 section 6). */
    private static final int MAX_METHOD_CHARS = 32;

    /** Some times the length of usual paths; a head may have 16 KiB. */
    private static final int MAX_PATH_CHARS = 1024;
    /** Marks a cut. */
    private static final String CUT = "...";

    /** An answer to a request not understood. */
    public static HttpExchange refused(int status) {
        return new HttpExchange(null, null, status);
    }

    /**
     * A request and the status of its answer.
     *
     * @param target path and query, or host and port
     */
    public static HttpExchange of(String method, String target, @Nullable Integer status) {
        int query = target.indexOf('?');
        String path = query < 0 ? target : target.substring(0, query);
        return new HttpExchange(cut(method, MAX_METHOD_CHARS), cut(path, MAX_PATH_CHARS), status);
    }

    private static String cut(String text, int most) {
        return text.length() <= most ? text : text.substring(0, most) + CUT;
    }
}
