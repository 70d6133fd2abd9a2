package dev.usher.http;

import dev.usher.http.RequestHead.Body;
import dev.usher.http.RequestHead.Field;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Writes the head of a request anew, for a backend: host and framing as understood here, so that no backend can
 * understand something else; without fields for the hop (RFC 9110 section 7.6.1), and without the client's own words
 * about where the request comes from.
 */
public final class HeadWriter {
    private static final String CONNECTION = "connection";

    /** Written here, or meant for the hop; the list of RFC 9110 section 7.6.1, and names from older times. */
    private static final Set<String> OWN = Set.of(
            "host",
            "content-length",
            "transfer-encoding",
            CONNECTION,
            "keep-alive",
            "proxy-connection",
            "proxy-authenticate",
            "proxy-authorization",
            "te",
            "upgrade",
            "http2-settings");

    private final StringBuilder out = new StringBuilder();
    private final RequestHead head;

    private HeadWriter(RequestHead head) {
        this.head = head;
    }

    /**
     * The head in bytes, in a new buffer; at most as long as the client's head, the added fields and 64 bytes.
     *
     * @param added fields of our own
     * @param upgrade whether the backend is asked to go on with WebSocket; else the backend is to close after its answer
     */
    public static ByteBuffer write(RequestHead head, List<Field> added, boolean upgrade) {
        return new HeadWriter(head).whole(added, upgrade);
    }

    private ByteBuffer whole(List<Field> added, boolean upgrade) {
        out.append(head.method()).append(' ').append(head.path());
        out.append(" HTTP/1.").append(head.minorVersion()).append("\r\n");
        if (head.host() != null) {
            line("Host", head.host().toString());
        }
        Set<String> hop = hop();
        for (Field field : head.fields()) {
            if (!hop.contains(lower(field.name())) && !isOrigin(field.name())) {
                line(field.name(), field.value());
            }
        }
        added.forEach(field -> line(field.name(), field.value()));
        framing();
        if (upgrade) {
            line("Upgrade", "websocket");
        }
        line("Connection", upgrade ? "Upgrade" : "close");
        out.append("\r\n");
        return ByteBuffer.wrap(out.toString().getBytes(StandardCharsets.ISO_8859_1));
    }

    private void framing() {
        switch (head.body()) {
            case Body.Chunked _ -> line("Transfer-Encoding", "chunked");
            case Body.OfLength(long bytes) -> {
                if (bytes > 0 || !head.isPlainLook()) {
                    line("Content-Length", Long.toString(bytes));
                }
            }
        }
    }

    /** Names of the fields that stay with us: our own, and those named by a Connection field. */
    private Set<String> hop() {
        Set<String> hop = new HashSet<>(OWN);
        for (Field field : head.fields()) {
            if (field.is(CONNECTION)) {
                for (String named : field.value().split(",", -1)) {
                    hop.add(lower(named.strip()));
                }
            }
        }
        return hop;
    }

    /**
     * Whether the field says where the request comes from. An underscore counts as a hyphen, since programs behind CGI
     * see no difference.
     */
    private static boolean isOrigin(String name) {
        String plain = lower(name).replace('_', '-');
        return plain.equals("forwarded") || plain.startsWith("x-forwarded-");
    }

    private static String lower(String name) {
        return name.toLowerCase(Locale.ROOT);
    }

    private void line(String name, String value) {
        out.append(name).append(": ").append(value).append("\r\n");
    }
}
