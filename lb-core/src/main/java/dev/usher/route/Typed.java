package dev.usher.route;

import dev.usher.config.HostName;
import dev.usher.config.ListenerType;
import dev.usher.name.ServerName;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A destination as typed by a person: a name, or a URL.
 *
 * @param host of the URL, or the whole text
 * @param name null if the host is not a server name: a client that sends the host is refused
 * @param type of listeners for such a client: HTTP exactly for a URL of http
 * @param path of the URL, with its query; {@code /} without a path
 */
public record Typed(String host, @Nullable ServerName name, ListenerType type, String path) {
    private static final String HTTP = "http://";
    private static final String HTTPS = "https://";

    /**
     * Reads {@code shop.example}, {@code http://shop.example/x} or {@code https://shop.example:8443}. Letters beyond
     * ASCII are converted as in a route. The exception's message says why no client could send the text.
     */
    public static Typed parse(String text) {
        boolean http = text.regionMatches(true, 0, HTTP, 0, HTTP.length());
        if (!http && !text.regionMatches(true, 0, HTTPS, 0, HTTPS.length())) {
            return of(text, ListenerType.TLS, "/");
        }
        String rest = text.substring(http ? HTTP.length() : HTTPS.length());
        String host = rest.replaceFirst("[/?#].*", "");
        String path = rest.substring(host.length()).replaceFirst("#.*", "");
        return of(
                host.replaceFirst(":\\d*$", ""),
                http ? ListenerType.HTTP : ListenerType.TLS,
                path.startsWith("/") ? path : "/" + path);
    }

    private static Typed of(String typed, ListenerType type, String path) {
        String host = HostName.toAscii(typed);
        if (host.isEmpty()) {
            throw new IllegalArgumentException(ServerName.refusal(host));
        }
        return new Typed(host, ServerName.parse(host), type, path);
    }

    /** Further steps of an explanation, in words: why the host is not a server name, and the name to ask for instead. */
    public List<String> remarks() {
        if (name == null) {
            ServerName meant = ServerName.parse(host.replaceFirst("/.*", "").replaceFirst(":\\d*$", ""));
            return meant == null
                    ? List.of(ServerName.refusal(host))
                    : List.of(
                            ServerName.refusal(host),
                            "a server name has no port and no path: ask for " + meant + " instead");
        }
        if (name.ipLiteral()) {
            return List.of("an address instead of a name: only a route for the same address matches");
        }
        return name.name().startsWith("*.")
                ? List.of("the star is a part of the name, as some devices send it; for a name below, ask for www"
                        + name.name().substring(1))
                : List.of();
    }
}
