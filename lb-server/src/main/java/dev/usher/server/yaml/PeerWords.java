package dev.usher.server.yaml;

import dev.usher.config.ListenerType;
import dev.usher.config.Spelling;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Words of a choice, as other programs and people call the same thing. */
final class PeerWords {
    private static final Map<String, ListenerType> LISTENER_TYPES = listenerTypes();

    private PeerWords() {}

    private static Map<String, ListenerType> listenerTypes() {
        Map<String, ListenerType> all = new HashMap<>();
        add(all, ListenerType.TLS, "https", "ssl", "sni", "stream", "passthrough", "ssl-preread");
        add(all, ListenerType.TLS, "tls-passthrough", "ssl-passthrough", "sni-passthrough", "https-passthrough");
        add(all, ListenerType.TLS, "tls-sni", "sni-proxy", "sniproxy", "tls-proxy", "https-sni");
        add(all, ListenerType.HTTP, "web", "plain-http", "redirect", "http-redirect", "http/1.1", "acme");
        add(all, ListenerType.CONNECT, "proxy", "http-proxy", "https-proxy", "forward-proxy", "http-connect");
        add(all, ListenerType.SOCKS, "socks4", "socks4a", "socks5", "socks5h", "socks-proxy", "socks5-proxy");
        add(all, ListenerType.TCP, "raw", "l4", "tcp4", "tcp6", "tcp-proxy", "tcp-passthrough", "raw-tcp", "plain");
        add(all, ListenerType.TCP, "tcp-forward", "forward", "any");
        return all;
    }

    private static void add(Map<String, ListenerType> all, ListenerType type, String... words) {
        Arrays.stream(words).forEach(word -> all.put(word, type));
    }

    /** The valid word for the word of another program. */
    private static Optional<String> of(String written, Class<?> choice) {
        ListenerType type = choice == ListenerType.class ? LISTENER_TYPES.get(written.replace('_', '-')) : null;
        return Optional.ofNullable(type).map(Spelling::of);
    }

    /** The one valid word that is clearly meant; empty if none is, or several could be. */
    static Optional<String> clear(String written, Class<?> choice, Collection<String> words) {
        String word = written.toLowerCase(Locale.ROOT);
        return of(word, choice).or(() -> Suggestion.clear(word, words));
    }

    /** The end of the message for a word that is not among {@code words}. */
    static String text(String written, Class<?> choice, List<String> words) {
        String word = written.toLowerCase(Locale.ROOT);
        return Suggestion.text(of(word, choice).orElse(word), words);
    }
}
