package dev.usher.route;

import dev.usher.config.HostName;
import dev.usher.config.ListenerType;
import dev.usher.name.ServerName;

/**
 * A destination as typed by a person: a name, or a URL.
 *
 * @param type of listeners for such a client: HTTP exactly for a URL of http
 * @param path of the URL, with its query; {@code /} without a path
 */
public record Typed(ServerName name, ListenerType type, String path) {
    private static final String HTTP = "http://";
    private static final String HTTPS = "https://";

    /**
     * Reads {@code shop.example}, {@code http://shop.example/x} or {@code https://shop.example:8443}. Letters beyond
     * ASCII are converted as in a route. The exception's message says what is wrong.
     */
    public static Typed parse(String text) {
        boolean http = text.regionMatches(true, 0, HTTP, 0, HTTP.length());
        if (!http && !text.regionMatches(true, 0, HTTPS, 0, HTTPS.length())) {
            return new Typed(name(text), ListenerType.TLS, "/");
        }
        String rest = text.substring(http ? HTTP.length() : HTTPS.length());
        String host = rest.replaceFirst("[/?#].*", "");
        String path = rest.substring(host.length()).replaceFirst("#.*", "");
        return new Typed(
                name(host.replaceFirst(":\\d*$", "")),
                http ? ListenerType.HTTP : ListenerType.TLS,
                path.startsWith("/") ? path : "/" + path);
    }

    private static ServerName name(String typed) {
        return ServerName.of(HostName.toAscii(typed));
    }
}
