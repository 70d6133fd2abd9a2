package dev.usher.sim;

import dev.usher.end.CloseReason;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Requests for a host and a port, of SOCKS 4, SOCKS 5 and HTTP CONNECT, and the hello within. */
final class ProxyTalk {
    private static final int PORT = 443;
    private static final byte[] GRANTED_4 = {0, 90, 0, 0, 0, 0, 0, 0};
    private static final byte[] GRANTED_5 = {5, 0, 0, 1, 0, 0, 0, 0, 0, 0};
    private static final byte[] METHOD = {5, 0};
    private static final String ESTABLISHED = "HTTP/1.1 200 Connection established\r\n\r\n";

    private enum Way {
        SOCKS_4(Talk.Form.SOCKS_4, GRANTED_4),
        SOCKS_5(Talk.Form.SOCKS_5, GRANTED_5),
        CONNECT(Talk.Form.CONNECT, text(ESTABLISHED));

        private final Talk.Form form;

        @SuppressWarnings("ImmutableEnumChecker") // never written
        private final byte[] granted;

        Way(Talk.Form form, byte[] granted) {
            this.form = form;
            this.granted = granted;
        }
    }

    private final Chance chance;
    private final Way way;
    /** The bytes of a method to choose, of SOCKS 5 alone. */
    private final byte[] methods;

    private ProxyTalk(Way way, Chance chance) {
        this.way = way;
        this.chance = chance;
        this.methods = way == Way.SOCKS_5 ? methods(chance) : new byte[0];
    }

    static ProxyTalk socks(Chance chance) {
        return new ProxyTalk(chance.oneIn(3) ? Way.SOCKS_4 : Way.SOCKS_5, chance);
    }

    static ProxyTalk connect(Chance chance) {
        return new ProxyTalk(Way.CONNECT, chance);
    }

    private static byte[] methods(Chance chance) {
        return switch (chance.below(3)) {
            case 0 -> new byte[] {5, 1, 0};
            case 1 -> new byte[] {5, 2, 2, 0};
            default -> new byte[] {5, 3, 0, 1, (byte) 0x80};
        };
    }

    // ---- well-formed ----

    Talk good() {
        boolean a = chance.oneIn(2);
        String name = a ? "a.example" : "x.b.example";
        return asking(name, a ? "a" : "b", Talks.hello(name, chance));
    }

    private Talk asking(String name, String pool, byte[] hello) {
        byte[] request = request(name, PORT);
        int asked = methods.length + request.length;
        return said(pool, request, hello)
                .consumes(asked, new byte[0])
                .asks(asked)
                .granted(way.granted, asked);
    }

    /** All that a client says, with the word that answers the methods. */
    private Talk said(@Nullable String pool, byte[] request, byte[] hello) {
        Talk talk = new Talk(joined(methods, request, hello), pool, way.form);
        return way == Way.SOCKS_5 ? talk.word(METHOD, methods.length) : talk;
    }

    private byte[] request(String name, int port) {
        byte[] low = {(byte) (port >> 8), (byte) port};
        return switch (way) {
            case SOCKS_4 ->
                joined(new byte[] {4, 1}, low, new byte[] {0, 0, 0, 1, 'm', 'e', 0}, text(name), new byte[1]);
            case SOCKS_5 -> joined(new byte[] {5, 1, 0, 3, (byte) name.length()}, text(name), low);
            case CONNECT ->
                text("CONNECT " + name + ":" + port + " HTTP/1.1\r\nHost: " + name + ":" + port + "\r\nX: "
                        + "x".repeat(chance.below(300)) + "\r\n\r\n");
        };
    }

    // ---- requests that no backend may see anything of ----

    Talk bad() {
        return switch (chance.below(6)) {
            case 0 -> refused(request("nobody.example", PORT), CloseReason.UNKNOWN_NAME);
            case 1 -> refused(request("a.example", 80), CloseReason.PORT_DENIED);
            case 2 -> within(Talks.hello("x.b.example", chance), CloseReason.SNI_MISMATCH);
            case 3 -> within(text("\u00ff".repeat(8)), CloseReason.NOT_TLS);
            default -> way == Way.CONNECT ? badConnect() : badSocks();
        };
    }

    private Talk refused(byte[] request, CloseReason reason) {
        return said(null, request, new byte[0]).refused(reason, methods.length + request.length - 1);
    }

    /** The backend is connected, and gets no byte. */
    private Talk within(byte[] hello, CloseReason reason) {
        Talk talk = asking("a.example", "a", hello).passes(0);
        int end = reason == CloseReason.NOT_TLS ? hello.length : 1;
        return talk.refused(reason, talk.head().length - end);
    }

    private Talk badSocks() {
        return switch (chance.below(5)) {
            case 0 -> new Talk(text("\t\t\t"), null, Talk.Form.NONE).refused(CloseReason.NOT_SOCKS, 0);
            case 1 -> new Talk(text("\026\003\001"), null, Talk.Form.TLS).refused(CloseReason.NOT_SOCKS, 0);
            case 2 -> new Talk(text("GET / "), null, Talk.Form.HTTP).refused(CloseReason.NOT_SOCKS, 3);
            case 3 -> new Talk(new byte[] {5, 1, 2}, null, Talk.Form.SOCKS_5).refused(CloseReason.AUTH_METHOD, 2);
            default ->
                way == Way.SOCKS_5
                        ? refused(new byte[] {4}, CloseReason.MALFORMED_SOCKS)
                        : refused(new byte[] {4, 2}, CloseReason.SOCKS_COMMAND);
        };
    }

    private Talk badConnect() {
        return switch (chance.below(4)) {
            case 0 -> refused(text("GET / HTTP/1.1\r\n"), CloseReason.MALFORMED_REQUEST);
            case 1 ->
                refused(text("GET http://r.example/ HTTP/1.1\r\nHost: r.example\r\n\r\n"), CloseReason.PLAIN_DENIED);
            case 2 -> refused(text("\t"), CloseReason.NOT_HTTP);
            default -> refused(text("\026"), CloseReason.TLS_ON_HTTP);
        };
    }

    private static byte[] joined(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
