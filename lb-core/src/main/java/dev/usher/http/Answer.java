package dev.usher.http;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An answer of our own: a status, a line of text, and the end of the connection.
 *
 * @param status one of those in {@link #PHRASES}
 * @param location for a redirect; null for any other answer
 * @param text a sentence for people; ASCII
 */
public record Answer(int status, @Nullable String location, String text) {
    private static final Map<Integer, String> PHRASES = Map.ofEntries(
            Map.entry(301, "Moved Permanently"),
            Map.entry(307, "Temporary Redirect"),
            Map.entry(308, "Permanent Redirect"),
            Map.entry(400, "Bad Request"),
            Map.entry(403, "Forbidden"),
            Map.entry(404, "Not Found"),
            Map.entry(405, "Method Not Allowed"),
            Map.entry(407, "Proxy Authentication Required"),
            Map.entry(421, "Misdirected Request"),
            Map.entry(429, "Too Many Requests"),
            Map.entry(431, "Request Header Fields Too Large"),
            Map.entry(501, "Not Implemented"),
            Map.entry(502, "Bad Gateway"),
            Map.entry(503, "Service Unavailable"),
            Map.entry(504, "Gateway Timeout"));

    /** Fields that an answer of a status has (RFC 9110 sections 15.5.6 and 15.5.8), each with its line end. */
    private static final Map<Integer, String> FIELDS = Map.of(
            405, "Allow: CONNECT\r\n",
            407, "Proxy-Authenticate: Basic realm=\"usher\"\r\n",
            429, "Retry-After: 60\r\n");

    /** The answer in bytes, in a new buffer; to HEAD the body is only announced. */
    public ByteBuffer bytes(boolean toHead) {
        String body = text + "\n";
        String head = "HTTP/1.1 " + statusLine() + "\r\n"
                + (location == null ? "" : "Location: " + location + "\r\n")
                + FIELDS.getOrDefault(status, "")
                + "Content-Type: text/plain\r\n"
                + "Content-Length: " + body.length() + "\r\n"
                + "Connection: close\r\n\r\n";
        return ByteBuffer.wrap((toHead ? head : head + body).getBytes(StandardCharsets.US_ASCII));
    }

    /** As {@code 404 Not Found}. */
    public String statusLine() {
        return status + " " + PHRASES.get(status);
    }
}
