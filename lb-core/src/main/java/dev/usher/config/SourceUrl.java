package dev.usher.config;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;

/** URLs of sources. */
public final class SourceUrl {
    private SourceUrl() {}

    /** Reads {@code https://config.example.com/usher.json}. Throws {@link IllegalArgumentException} with the fault. */
    public static URI parse(String text) {
        try {
            URI url = new URI(text);
            check(url);
            return url;
        } catch (URISyntaxException fault) {
            throw new IllegalArgumentException('"' + text + "\" is not a URL: " + fault.getReason(), fault);
        }
    }

    static void check(URI url) {
        Check.that(
                isHttps(url) || isScheme(url, "http"),
                () -> '"' + url.toString() + "\" must begin with https:// or http://");
        Check.that(url.getHost() != null && !url.getHost().isEmpty(), () -> '"' + url.toString() + "\" has no host");
        Check.that(
                url.getRawUserInfo() == null,
                "a URL must not have a user and a password in it: everybody would see it");
        Check.that(url.getRawFragment() == null, () -> '"' + url.toString() + "\" has a #, which is never sent");
    }

    static boolean isHttps(URI url) {
        return isScheme(url, "https");
    }

    private static boolean isScheme(URI url, String scheme) {
        return url.getScheme() != null
                && url.getScheme().toLowerCase(Locale.ROOT).equals(scheme);
    }

    /** Whether the URL leads to the machine itself. */
    static boolean isLoopback(URI url) {
        String host = url.getHost();
        boolean bracketed = host.startsWith("[");
        return new HostPort(bracketed ? host.substring(1, host.length() - 1) : host, 0).isLoopback();
    }
}
