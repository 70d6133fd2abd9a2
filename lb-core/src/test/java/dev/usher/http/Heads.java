package dev.usher.http;

import java.nio.charset.StandardCharsets;
import java.util.List;

/** Heads that must be refused, each with the reason; and heads that are right. */
final class Heads {
    /** A head and the reason for its refusal. */
    record Bad(HeadRefusal reason, String text) {}

    static final String GET = "GET / HTTP/1.1\r\nHost: shop.example\r\n";
    private static final String POST = "POST / HTTP/1.1\r\nHost: shop.example\r\n";

    /** Of published smuggling attacks, of RFC 9112, and of what scanners send. */
    static final List<Bad> BAD = List.of(
            // one request, two lengths (RFC 9112 section 11.2)
            ambiguous(POST + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"),
            ambiguous(POST + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n"),
            ambiguous(POST + "Content-Length: 5\r\nContent-Length: 6\r\n\r\n"),
            ambiguous(POST + "Content-Length: 5\r\nContent-Length: 5\r\n\r\n"),
            ambiguous(POST + "Content-Length: 5, 5\r\n\r\n"),
            ambiguous(POST + "Content-Length: +5\r\n\r\n"),
            ambiguous(POST + "Content-Length: -5\r\n\r\n"),
            ambiguous(POST + "Content-Length: 0x5\r\n\r\n"),
            ambiguous(POST + "Content-Length: 5 \t5\r\n\r\n"),
            ambiguous(POST + "Content-Length: 5;\r\n\r\n"),
            ambiguous(POST + "Content-Length:\r\n\r\n"),
            ambiguous(POST + "Content-Length: \u00b2\r\n\r\n"),
            malformed(POST + "Content-Length: 9999999999999999\r\n\r\n"),
            malformed(POST + "Content-Length: 18446744073709551617\r\n\r\n"),
            // a coding that one reader knows and the next does not
            ambiguous(POST + "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n"),
            ambiguous(POST + "Transfer-Encoding: identity\r\n\r\n"),
            ambiguous(POST + "Transfer-Encoding: gzip, chunked\r\n\r\n"),
            ambiguous(POST + "Transfer-Encoding: chunked, identity\r\n\r\n"),
            ambiguous(POST + "Transfer-Encoding: xchunked\r\n\r\n"),
            ambiguous(POST + "Transfer-Encoding: \"chunked\"\r\n\r\n"),
            ambiguous(POST + "Transfer-Encoding: chunked;q=1\r\n\r\n"),
            ambiguous(POST + "Transfer-Encoding:\r\n\r\n"),
            malformed(POST + "Transfer-Encoding: \u000bchunked\r\n\r\n"),
            malformed(POST + "Transfer-Encoding: chunked\0\r\n\r\n"),
            malformed(POST + "Transfer\0-Encoding: chunked\r\n\r\n"),
            ambiguous("POST / HTTP/1.0\r\nHost: shop.example\r\nTransfer-Encoding: chunked\r\n\r\n"),
            // a field that is a field to one reader only
            ambiguous(POST + "Transfer-Encoding : chunked\r\n\r\n"),
            ambiguous(POST + "Transfer-Encoding\t: chunked\r\n\r\n"),
            ambiguous(POST + " Transfer-Encoding: chunked\r\n\r\n"),
            ambiguous(POST + "\tTransfer-Encoding: chunked\r\n\r\n"),
            ambiguous(POST + "X: 1\r\n Transfer-Encoding: chunked\r\n\r\n"),
            ambiguous("GET / HTTP/1.1\r\n Host: evil.example\r\nHost: shop.example\r\n\r\n"),
            malformed(POST + "Transfer-Encoding\r\n\r\n"),
            malformed(POST + ": chunked\r\n\r\n"),
            malformed(POST + "X Y: 1\r\n\r\n"),
            malformed(POST + "X(Y): 1\r\n\r\n"),
            malformed(POST + "\u00e4: 1\r\n\r\n"),
            // lines that end for one reader only
            ambiguous(POST + "X: 1\nTransfer-Encoding: chunked\r\n\r\n"),
            ambiguous(POST + "X: 1\rTransfer-Encoding: chunked\r\n\r\n"),
            ambiguous(POST + "X: 1\r\r\nTransfer-Encoding: chunked\r\n\r\n"),
            ambiguous("GET / HTTP/1.1\nHost: shop.example\n\n"),
            ambiguous("GET / HTTP/1.1\rHost: shop.example\r\r"),
            ambiguous(GET + "\n"),
            ambiguous(GET + "\r\r\n"),
            // hosts
            malformed("GET / HTTP/1.1\r\n\r\n"),
            malformed("GET http://shop.example/ HTTP/1.1\r\n\r\n"),
            ambiguous(GET + "Host: evil.example\r\n\r\n"),
            ambiguous(GET + "host: shop.example\r\n\r\n"),
            ambiguous("GET / HTTP/1.0\r\nHost: a.example\r\nHost: a.example\r\n\r\n"),
            invalidName("GET / HTTP/1.1\r\nHost:\r\n\r\n"),
            invalidName("GET / HTTP/1.1\r\nHost: a.example, b.example\r\n\r\n"),
            invalidName("GET / HTTP/1.1\r\nHost: a.example b.example\r\n\r\n"),
            invalidName("GET / HTTP/1.1\r\nHost: user@shop.example\r\n\r\n"),
            invalidName("GET / HTTP/1.1\r\nHost: http://shop.example\r\n\r\n"),
            invalidName("GET / HTTP/1.1\r\nHost: shop.example/x\r\n\r\n"),
            invalidName("GET / HTTP/1.1\r\nHost: shop.example:80x\r\n\r\n"),
            invalidName("GET / HTTP/1.1\r\nHost: shop.example:65536\r\n\r\n"),
            invalidName("GET / HTTP/1.1\r\nHost: shop.example:80:80\r\n\r\n"),
            invalidName("GET / HTTP/1.1\r\nHost: *.shop.example\r\n\r\n"),
            invalidName("GET / HTTP/1.1\r\nHost: ..\r\n\r\n"),
            invalidName("GET / HTTP/1.1\r\nHost: [::1\r\n\r\n"),
            invalidName("GET / HTTP/1.1\r\nHost: ::1\r\n\r\n"),
            invalidName("GET / HTTP/1.1\r\nHost: [shop.example]\r\n\r\n"),
            invalidName("GET / HTTP/1.1\r\nHost: sh\u00f6p.example\r\n\r\n"),
            invalidName("GET / HTTP/1.1\r\nHost: " + "a".repeat(64) + ".example\r\n\r\n"),
            invalidName("GET / HTTP/1.1\r\nHost: \"'><script>\r\n\r\n"),
            invalidName("GET http:///x HTTP/1.1\r\nHost: shop.example\r\n\r\n"),
            invalidName("GET http://user@shop.example/ HTTP/1.1\r\nHost: shop.example\r\n\r\n"),
            invalidName("GET http://shop.example/ HTTP/1.1\r\nHost: e vil\r\n\r\n"),
            // request lines
            malformed("GET  / HTTP/1.1\r\nHost: shop.example\r\n\r\n"),
            malformed("GET /  HTTP/1.1\r\nHost: shop.example\r\n\r\n"),
            malformed("GET / x HTTP/1.1\r\nHost: shop.example\r\n\r\n"),
            malformed("GET /\tx HTTP/1.1\r\nHost: shop.example\r\n\r\n"),
            malformed("GET / HTTP/1.1 HTTP/1.1\r\nHost: shop.example\r\n\r\n"),
            malformed("G(T / HTTP/1.1\r\nHost: shop.example\r\n\r\n"),
            malformed("GET shop HTTP/1.1\r\nHost: shop.example\r\n\r\n"),
            malformed("GET /\u00e4 HTTP/1.1\r\nHost: shop.example\r\n\r\n"),
            malformed("GET /#x HTTP/1.1\r\nHost: shop.example\r\n\r\n"),
            malformed("GET https://shop.example/ HTTP/1.1\r\nHost: shop.example\r\n\r\n"),
            malformed("GET ftp://shop.example/ HTTP/1.1\r\nHost: shop.example\r\n\r\n"),
            malformed("OPTIONS * HTTP/1.1\r\nHost: shop.example\r\n\r\n"),
            malformed("CONNECT shop.example:443 HTTP/1.1\r\nHost: shop.example\r\n\r\n"),
            malformed("GET / HTTP/2.0\r\nHost: shop.example\r\n\r\n"),
            malformed("GET / HTTP/1.2\r\nHost: shop.example\r\n\r\n"),
            malformed("GET / HTTP/0.9\r\nHost: shop.example\r\n\r\n"),
            malformed("GET / HTTP/01.1\r\nHost: shop.example\r\n\r\n"),
            malformed("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
            // other protocols
            notHttp("GET /\r\n"),
            notHttp("GET / http/1.1\r\nHost: shop.example\r\n\r\n"),
            notHttp("SSH-2.0-OpenSSH_9.2\r\n"),
            notHttp("PROXY TCP4 10.0.0.1 10.0.0.2 1 80\r\n"),
            notHttp("EHLO mail.example\r\n"),
            notHttp("\r\n\r\nGET / HTTP/1.1\r\nHost: shop.example\r\n\r\n"),
            notHttp("\nGET / HTTP/1.1\r\nHost: shop.example\r\n\r\n"),
            notHttp(" GET / HTTP/1.1\r\nHost: shop.example\r\n\r\n"),
            notHttp("\0\0\0\0"),
            notHttp("\u0005\u0001\0"),
            new Bad(HeadRefusal.TLS, "\u0016\u0003\u0001\u0002\0"),
            // sizes
            new Bad(HeadRefusal.TOO_LARGE, GET + "X: " + "x".repeat(HeadReaderTest.MAX_BYTES)),
            new Bad(HeadRefusal.TOO_LARGE, "GET /" + "x".repeat(HeadReaderTest.MAX_BYTES)));

    /** As browsers, curl, validators of ACME servers and proxies send. */
    static final List<String> GOOD = List.of(
            GET + "\r\n",
            "\r\n" + GET + "\r\n",
            "GET / HTTP/1.0\r\n\r\n",
            "GET / HTTP/1.0\r\nHost: shop.example\r\n\r\n",
            "HEAD /a/b?c=d&e=%20 HTTP/1.1\r\nhOsT:shop.example:80\r\nUser-Agent: curl/8\r\nAccept: */*\r\n\r\n",
            "GET http://shop.example HTTP/1.1\r\nHost: other.example\r\n\r\n",
            "GET HTTP://Shop.Example:80?x HTTP/1.1\r\nHost: shop.example\r\n\r\n",
            "GET //evil.example/ HTTP/1.1\r\nHost: shop.example.\r\n\r\n",
            "GET /\\|{}\" HTTP/1.1\r\nHost: 192.0.2.1\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: [2001:DB8::1]:8080\r\nX:\r\nY: \t\u00e4 b\t \r\n\r\n",
            "POST / HTTP/1.1\r\nHost: shop.example:\r\nContent-Length: 007\r\n\r\n",
            "M-SEARCH / HTTP/1.1\r\nHost: a_b.example\r\nTransfer-Encoding: Chunked\r\n\r\n");

    private Heads() {}

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static Bad ambiguous(String text) {
        return new Bad(HeadRefusal.AMBIGUOUS, text);
    }

    private static Bad malformed(String text) {
        return new Bad(HeadRefusal.MALFORMED, text);
    }

    private static Bad invalidName(String text) {
        return new Bad(HeadRefusal.INVALID_NAME, text);
    }

    private static Bad notHttp(String text) {
        return new Bad(HeadRefusal.NOT_HTTP, text);
    }
}
