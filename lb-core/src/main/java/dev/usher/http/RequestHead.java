package dev.usher.http;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The head of a request, in the only form in which a later reader can understand it.
 *
 * @param method a token, case-sensitive
 * @param path path and query, from the first {@code /} on, in visible ASCII; of a request in absolute-form without the
 *     scheme and the authority; empty for CONNECT
 * @param minorVersion 0 or 1: of HTTP/1.0 or HTTP/1.1
 * @param host of the authority of an absolute-form, else of the Host field; null exactly if an HTTP/1.0 client sent
 *     neither
 * @param fields every field in the client's order, fields for the hop included
 * @param body the framing of the body
 */
public record RequestHead(
        String method,
        String path,
        int minorVersion,
        @Nullable Authority host,
        List<Field> fields,
        Body body) {
    public RequestHead {
        fields = List.copyOf(fields);
    }

    /**
     * A field line.
     *
     * @param name a token, as sent
     * @param value without surrounding blanks; ISO 8859-1, without controls except the tab
     */
    public record Field(String name, String value) {
        boolean is(String other) {
            return name.equalsIgnoreCase(other);
        }
    }

    /** The framing of a request's body (RFC 9112 section 6). */
    public sealed interface Body {
        /** The only instance of {@link Chunked}. */
        Body CHUNKED = new Chunked();
        /** No body. */
        Body NONE = new OfLength(0);

        /**
         * A body of known length.
         *
         * @param bytes 0 stands for no body as well
         */
        record OfLength(long bytes) implements Body {}

        record Chunked() implements Body {}
    }

    /** The values of every field with this name in lower case, with commas between them; empty without such a field. */
    public String all(String name) {
        return fields.stream()
                .filter(field -> field.is(name))
                .map(field -> field.value().toLowerCase(Locale.ROOT))
                .collect(Collectors.joining(","));
    }

    /** The values of every field with this name, as sent. */
    public List<String> values(String name) {
        return fields.stream().filter(field -> field.is(name)).map(Field::value).toList();
    }

    /** Whether the method is GET or HEAD, and no body follows: sending such a request twice changes nothing. */
    public boolean isPlainLook() {
        return (method.equals("GET") || isHead()) && body.equals(Body.NONE);
    }

    /** Whether a forward proxy is asked for a connection to the host. */
    public boolean isConnect() {
        return method.equals(RequestLine.CONNECT);
    }

    /** Whether an answer must come without a body. */
    public boolean isHead() {
        return method.equals("HEAD");
    }
}
