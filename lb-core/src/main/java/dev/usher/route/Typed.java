package dev.usher.route;

import dev.usher.config.HostName;
import dev.usher.config.HostPort;
import dev.usher.config.ListenerConfig;
import dev.usher.config.ListenerType;
import dev.usher.config.PlainPools;
import dev.usher.config.Spelling;
import dev.usher.config.Target;
import dev.usher.config.UsherConfig;
import dev.usher.name.ServerName;
import java.net.InetAddress;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A destination as typed by a person: a name, or a URL.
 *
 * @param host of the URL, or the whole text
 * @param name null if the host is not a server name: a client that sends the host is refused
 * @param scheme of the URL, in lower case; null without a URL
 * @param type of listeners for such a client, by the scheme; TLS without a URL
 * @param path of the URL, with its query; {@code /} without a path
 * @param port of the URL; else 80 for {@code http}, 443 for any other scheme and without a URL
 */
public record Typed(
        String host, @Nullable ServerName name, @Nullable String scheme, ListenerType type, String path, int port) {
    private static final Map<String, ListenerType> TYPES = Map.of(
            "http", ListenerType.HTTP,
            "https", ListenerType.TLS,
            "socks", ListenerType.SOCKS,
            "connect", ListenerType.CONNECT);

    private static final Pattern URL = Pattern.compile("(?i)([a-z][a-z0-9+.-]*)://([^/?#]*)(.*)");
    private static final Pattern PORT = Pattern.compile(":(\\d*)$");

    /**
     * Reads {@code shop.example}, {@code http://shop.example/x}, {@code https://shop.example:8443},
     * {@code socks://shop.example:443} or {@code connect://shop.example:443}. Letters beyond ASCII are converted as in
     * a route. The exception's message says why no client could send the text.
     */
    public static Typed parse(String text) {
        Matcher url = URL.matcher(text);
        if (!url.matches()) {
            return of(text, null, ListenerType.TLS, "/", Target.USUAL_PORT);
        }
        String scheme = url.group(1).toLowerCase(Locale.ROOT);
        ListenerType type = TYPES.get(scheme);
        if (type == null) {
            throw new IllegalArgumentException(
                    scheme + ":// has no meaning here: a URL begins with http, https, socks or connect");
        }
        String path = url.group(3).replaceFirst("#.*", "");
        Matcher port = PORT.matcher(url.group(2));
        boolean given = port.find() && !port.group(1).isEmpty();
        return of(
                port.replaceFirst(""),
                scheme,
                type,
                path.startsWith("/") ? path : "/" + path,
                given ? HostPort.port(port.group(1)) : type == ListenerType.HTTP ? PlainPools.PORT : Target.USUAL_PORT);
    }

    /** The listener for such a client, where people name none. */
    public ListenerConfig listenerOf(UsherConfig config) {
        return config.firstListenerFor(type, name == null ? null : name.name());
    }

    /** The reason why such a client does not come to a listener, in words; null if the client may come. */
    public @Nullable String misfit(ListenerConfig listener) {
        boolean web = type == ListenerType.HTTP || type == ListenerType.TLS;
        boolean fits = scheme == null
                || !listener.type().readsNames()
                || listener.type().speaksLike(type)
                || (web && listener.type().asksForPorts());
        return fits
                ? null
                : scheme + ":// is for a listener of type " + Spelling.of(type) + ", and listener " + listener.name()
                        + " is of type " + Spelling.of(listener.type());
    }

    /**
     * The request of such a client to a listener.
     *
     * @param challenge whether the client asks for the token of an ACME server
     */
    public RouteQuery on(ListenerConfig listener, List<String> protocols, InetAddress client, boolean challenge) {
        boolean asks = listener.type().asksForPorts();
        boolean plain = asks && type == ListenerType.HTTP && listener.type().passesRequests();
        return new RouteQuery(
                listener.name(), name, protocols, client, challenge, asks ? port : HostPort.NO_PORT, plain);
    }

    private static Typed of(String typed, @Nullable String scheme, ListenerType type, String path, int port) {
        String host = HostName.toAscii(typed);
        if (host.isEmpty()) {
            throw new IllegalArgumentException(ServerName.refusal(host));
        }
        return new Typed(host, ServerName.parse(host), scheme, type, path, port);
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
