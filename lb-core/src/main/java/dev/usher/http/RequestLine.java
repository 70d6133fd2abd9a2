package dev.usher.http;

import org.jspecify.annotations.Nullable;

/**
 * The first line of a request (RFC 9112 section 3).
 *
 * @param path as in {@link RequestHead}
 * @param authority of an absolute-form or of CONNECT, as sent; null for an origin-form
 */
record RequestLine(
        String method,
        String path,
        int minorVersion,
        @Nullable String authority) {
    static final String CONNECT = "CONNECT";
    private static final String SCHEME = "http://";
    private static final int PARTS = 3;

    /** @param line without its CRLF */
    static RequestLine parse(String line, HeadReader.Asked asked) throws RefusedHeadException {
        String[] parts = line.split(" ", -1);
        if (parts.length < PARTS || !parts[parts.length - 1].startsWith("HTTP/")) {
            throw new RefusedHeadException(HeadRefusal.NOT_HTTP, "the first line is no request line of HTTP/1");
        }
        String method = parts[0];
        String target = parts[1];
        if (parts.length != PARTS || !Ascii.isToken(method) || !isTarget(target)) {
            throw RefusedHeadException.malformed("the request line is not: method, target and version");
        }
        int minorVersion = minorVersion(parts[2]);
        if (method.equals(CONNECT)) {
            return connect(target, minorVersion, asked);
        }
        if (target.startsWith("/")) {
            if (asked == HeadReader.Asked.PROXY) {
                throw RefusedHeadException.malformed("a path alone, to a proxy");
            }
            return new RequestLine(method, target, minorVersion, null);
        }
        if (!target.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            throw RefusedHeadException.malformed("the target is neither a path nor an http URL");
        }
        return absolute(method, target.substring(SCHEME.length()), minorVersion);
    }

    private static RequestLine connect(String target, int minorVersion, HeadReader.Asked asked)
            throws RefusedHeadException {
        if (asked == HeadReader.Asked.ORIGIN) {
            throw RefusedHeadException.malformed("CONNECT is for proxies");
        }
        Integer port = Authority.parse(target).port();
        if (port == null || port == 0) {
            throw RefusedHeadException.malformed("CONNECT without a port");
        }
        return new RequestLine(CONNECT, "", minorVersion, target);
    }

    boolean isConnect() {
        return method.equals(CONNECT);
    }

    /** Fragments stay with the client (RFC 9110 section 7.1). */
    private static boolean isTarget(String target) {
        return !target.isEmpty() && target.chars().allMatch(Ascii::isVisible) && target.indexOf('#') < 0;
    }

    private static int minorVersion(String version) throws RefusedHeadException {
        return switch (version) {
            case "HTTP/1.1" -> 1;
            case "HTTP/1.0" -> 0;
            default -> throw RefusedHeadException.malformed("the version is neither HTTP/1.1 nor HTTP/1.0");
        };
    }

    /** @param rest the target behind the scheme */
    private static RequestLine absolute(String method, String rest, int minorVersion) {
        int end = 0;
        while (end < rest.length() && rest.charAt(end) != '/' && rest.charAt(end) != '?') {
            end++;
        }
        String path = rest.substring(end);
        return new RequestLine(method, path.startsWith("/") ? path : "/" + path, minorVersion, rest.substring(0, end));
    }
}
