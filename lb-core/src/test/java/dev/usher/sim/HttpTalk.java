package dev.usher.sim;

import dev.usher.end.CloseReason;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Requests of HTTP without TLS, and what a backend gets of them. */
final class HttpTalk {
    /** The longest head that the listener takes. */
    static final int MAX_HEAD_BYTES = 2048;

    private static final List<String> METHODS = List.of("GET", "HEAD", "POST", "DELETE");
    private static final String CHUNKS = "5;x=y\r\nhello\r\n1\r\n.\r\n0\r\nSum: 1\r\n\r\n";

    private final Chance chance;
    private final String method;
    private final String path;
    private final String host;

    private HttpTalk(String host, Chance chance) {
        this.chance = chance;
        this.host = host;
        this.method = chance.of(METHODS);
        this.path = "/" + Long.toHexString(chance.nextLong()); // so that a reader knows whose it is
    }

    static Talk good(Chance chance, String client) {
        boolean a = chance.oneIn(2);
        HttpTalk talk = new HttpTalk(a ? "a.example" : "x.b.example", chance);
        return talk.whole(a ? "a" : "b", client);
    }

    /** The part of a request that the client writes, and the part of it that goes on. */
    private Talk whole(String pool, String client) {
        boolean hasBody = method.equals("POST");
        int length = hasBody && chance.oneIn(2) ? chance.below(700) : 0;
        boolean chunked = hasBody && length == 0;
        String framing = chunked
                ? "Transfer-Encoding: chunked\r\n"
                : length > 0 || method.equals("DELETE") ? "Content-Length: " + length + "\r\n" : "";
        String body = chunked ? CHUNKS : "";
        byte[] head = bytes(line(target()) + "host:" + host + "\r\nAccept: */*\r\nX-Forwarded-For: 1.2.3.4\r\n"
                + framing + "Connection: keep-alive, x-hop\r\nX-Hop: 1\r\nKeep-Alive: 3\r\n\r\n");
        byte[] front = bytes(line(path) + "Host: " + host + "\r\nAccept: */*\r\n" + told(client) + framing
                + "Connection: close\r\n\r\n");
        Talk talk = new Talk(bytes(text(head) + body), pool, form())
                .consumes(head.length, front)
                .opensWith(head.length)
                .passes(chunked ? body.length() : length);
        return method.equals("GET") || method.equals("HEAD") ? talk : talk.unrepeatable();
    }

    private String target() {
        return chance.oneIn(3) ? "http://" + host + path : path;
    }

    private String line(String target) {
        return method + " " + target + " HTTP/1.1\r\n";
    }

    private String told(String client) {
        return "Forwarded: for=" + client + ";host=\"" + host + "\";proto=http\r\nX-Forwarded-For: " + client
                + "\r\nX-Forwarded-Host: " + host + "\r\nX-Forwarded-Proto: http\r\n";
    }

    private Talk.Form form() {
        return method.equals("HEAD") ? Talk.Form.HTTP_HEAD : Talk.Form.HTTP;
    }

    // ---- requests that no backend may get ----

    static Talk bad(Chance chance) {
        HttpTalk talk = new HttpTalk("a.example", chance);
        String start = talk.line(talk.path) + "Host: a.example\r\n";
        return switch (chance.below(9)) {
            case 0 -> talk.lost("nobody.example", CloseReason.UNKNOWN_NAME);
            case 1 -> talk.lost("r.example", CloseReason.REDIRECTED);
            case 2 -> refused(bytes("\026\003\001"), CloseReason.TLS_ON_HTTP, 0);
            case 3 -> refused(bytes("\0\0\0"), CloseReason.NOT_HTTP, 0);
            case 4 -> refused(bytes(start + "X: \1"), CloseReason.MALFORMED_REQUEST, start.length() + 3);
            case 5 -> refused(bytes(start + "\n"), CloseReason.AMBIGUOUS_REQUEST, start.length());
            case 6 -> ambiguous(start + "Host: b.example\r\n\r\n");
            case 7 -> ambiguous(start + "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n");
            default ->
                refused(
                        bytes(start + "X: " + "x".repeat(MAX_HEAD_BYTES)),
                        CloseReason.REQUEST_TOO_LARGE,
                        MAX_HEAD_BYTES - 1);
        };
    }

    private Talk lost(String name, CloseReason reason) {
        byte[] head = bytes(line(path) + "Host: " + name + "\r\n\r\n");
        return new Talk(head, null, form()).refused(reason, head.length - 1);
    }

    private static Talk ambiguous(String head) {
        return refused(bytes(head), CloseReason.AMBIGUOUS_REQUEST, head.length() - 1);
    }

    private static Talk refused(byte[] head, CloseReason reason, int at) {
        return new Talk(head, null, Talk.Form.HTTP).refused(reason, at);
    }

    /** A request whose body breaks its framing: the bytes before may go on, until the break is read. */
    static Talk broken(Chance chance, String client) {
        HttpTalk talk = new HttpTalk("a.example", chance);
        String fields = "Host: a.example\r\n";
        String framing = "Transfer-Encoding: chunked\r\n";
        String begin = "POST " + talk.path + " HTTP/1.1\r\n" + fields;
        byte[] head = bytes(begin + framing + "\r\n");
        byte[] front = bytes(begin + talk.told(client) + framing + "Connection: close\r\n\r\n");
        int length = chance.between(1, 1500); // behind most first reads
        String chunk = Integer.toHexString(length) + "\r\n" + "x".repeat(length) + "\r\n";
        return new Talk(bytes(text(head) + chunk + "!"), "a", Talk.Form.HTTP)
                .consumes(head.length, front)
                .opensWith(head.length)
                .passes(chunk.length())
                .refused(CloseReason.MALFORMED_BODY, head.length + chunk.length())
                .unrepeatable();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }
}
