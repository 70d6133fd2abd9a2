package dev.usher.config;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A URL written in place of a host, split so that a message can give the correct text.
 *
 * @param scheme with its colon and slashes
 * @param host without the port
 * @param port 0 if the URL has none
 */
record UrlText(String scheme, String host, int port) {
    private static final int HTTP_PORT = 80;
    private static final int HTTPS_PORT = 443;
    private static final Pattern URL =
            Pattern.compile("(?<scheme>[A-Za-z][A-Za-z0-9+.-]*:/{1,3})(?:[^/@]*@)?(?<host>\\[[^\\]/]*\\]|[^/:?#]*)"
                    + "(?::(?<port>[0-9]{1,5}))?(?:[:/?#].*)?");

    /** Returns null for a text that is no URL. */
    static @Nullable UrlText of(String text) {
        if (text.indexOf(":/") < 0) {
            return null; // the usual case; a large file has many such texts
        }
        Matcher parts = URL.matcher(text);
        if (!parts.matches()) {
            return null;
        }
        String port = parts.group("port");
        return new UrlText(parts.group("scheme"), parts.group("host"), port == null ? 0 : Integer.parseInt(port));
    }

    /** Host and port; without a port in the URL, the scheme's default port. */
    String hostPort() {
        if (port != 0) {
            return host + ":" + port;
        }
        return host + ":" + (scheme.startsWith("http:") ? HTTP_PORT : HTTPS_PORT);
    }
}
