package dev.usher.http;

import dev.usher.http.RequestHead.Body;
import dev.usher.http.RequestHead.Field;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the lines of a whole head (RFC 9112 sections 3 to 6). */
final class HeadParser {
    /** 15 digits, a petabyte: far from an overflow. */
    private static final int MAX_LENGTH_DIGITS = 15;

    private final RequestLine line;
    private final List<Field> fields = new ArrayList<>();

    private HeadParser(RequestLine line) {
        this.line = line;
    }

    /** @param head lines, each with its CRLF, without the empty line; ISO 8859-1 */
    static RequestHead parse(String head, HeadReader.Asked asked) throws RefusedHeadException {
        int end = head.indexOf("\r\n");
        HeadParser parser = new HeadParser(RequestLine.parse(head.substring(0, end), asked));
        for (int at = end + 2; at < head.length(); at = end + 2) {
            end = head.indexOf("\r\n", at);
            parser.fields.add(field(head.substring(at, end)));
        }
        return parser.whole();
    }

    private static Field field(String line) throws RefusedHeadException {
        if (line.startsWith(" ") || line.startsWith("\t")) {
            throw RefusedHeadException.ambiguous("a field goes on in the next line");
        }
        int colon = line.indexOf(':');
        String name = line.substring(0, Math.max(colon, 0));
        if (name.endsWith(" ") || name.endsWith("\t")) {
            throw RefusedHeadException.ambiguous("a blank before the colon of a field");
        }
        if (!Ascii.isToken(name)) {
            throw RefusedHeadException.malformed("a line is no field");
        }
        return new Field(name, trimmed(line.substring(colon + 1)));
    }

    private static String trimmed(String value) {
        int from = 0;
        int to = value.length();
        while (from < to && isBlank(value.charAt(from))) {
            from++;
        }
        while (from < to && isBlank(value.charAt(to - 1))) {
            to--;
        }
        return value.substring(from, to);
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t';
    }

    private RequestHead whole() throws RefusedHeadException {
        return new RequestHead(line.method(), line.path(), line.minorVersion(), host(), fields, body());
    }

    /** The value of a field that may come once; null if absent. */
    private @Nullable String single(String name) throws RefusedHeadException {
        String value = null;
        for (Field field : fields) {
            if (field.is(name)) {
                if (value != null) {
                    throw RefusedHeadException.ambiguous("two fields " + name);
                }
                value = field.value();
            }
        }
        return value;
    }

    /** The authority of an absolute-form wins over the field (RFC 9112 section 3.2.2), and both must be right. */
    private @Nullable Authority host() throws RefusedHeadException {
        String sent = single("Host");
        if (sent == null && line.minorVersion() > 0) {
            throw RefusedHeadException.malformed("no field Host");
        }
        Authority ofField = sent == null ? null : Authority.parse(sent);
        return line.authority() == null ? ofField : Authority.parse(line.authority());
    }

    private Body body() throws RefusedHeadException {
        Body body = anyBody();
        if (line.isConnect() && !body.equals(Body.NONE)) {
            throw RefusedHeadException.ambiguous("CONNECT with a body");
        }
        return body;
    }

    private Body anyBody() throws RefusedHeadException {
        String length = single("Content-Length");
        String coding = single("Transfer-Encoding");
        if (coding == null) {
            return length == null ? Body.NONE : new Body.OfLength(length(length));
        }
        if (length != null) {
            throw RefusedHeadException.ambiguous("both Content-Length and Transfer-Encoding");
        }
        if (line.minorVersion() == 0) {
            throw RefusedHeadException.ambiguous("Transfer-Encoding in HTTP/1.0");
        }
        if (!coding.equalsIgnoreCase("chunked")) {
            throw RefusedHeadException.ambiguous("a Transfer-Encoding other than chunked");
        }
        return Body.CHUNKED;
    }

    private static long length(String digits) throws RefusedHeadException {
        if (digits.isEmpty() || !digits.chars().allMatch(Ascii::isDigit)) {
            throw RefusedHeadException.ambiguous("Content-Length is no number");
        }
        if (digits.length() > MAX_LENGTH_DIGITS) {
            throw RefusedHeadException.malformed("Content-Length has more than " + MAX_LENGTH_DIGITS + " digits");
        }
        return Long.parseLong(digits);
    }
}
