package dev.usher.config;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Parts of a backend's address that each client fills in: <code>{name}</code>, the name that the client asks for;
 * <code>{sub}</code>, the part of the name in place of the route's star; <code>{port}</code>, the port at which the
 * client came in. An address with placeholders is a template.
 */
final class Placeholders {
    static final String NAME = "{name}";
    static final String SUB = "{sub}";
    static final String PORT = "{port}";

    private static final Pattern BRACES = Pattern.compile("\\{[^}]*\\}?");

    private Placeholders() {}

    static boolean in(String text) {
        return text.indexOf('{') >= 0;
    }

    /** Reads <code>{name}:443</code>, <code>{sub}.lan:443</code> or <code>{name}:{port}</code>. */
    static HostPort parse(String text) {
        UrlText url = UrlText.of(text);
        if (url != null) {
            throw new IllegalArgumentException(
                    '"' + text + "\": a backend is host:port, without " + url.scheme() + ": write " + url.hostPort());
        }
        int colon = text.lastIndexOf(':');
        Check.that(colon >= 0, '"' + text + "\" has no port: write " + text + ":443, or " + text + ":" + PORT);
        String host = text.substring(0, colon);
        String port = text.substring(colon + 1);
        Check.that(
                in(host) || !port.equals(PORT),
                () -> '"' + text + "\": " + PORT + " stands behind a host with " + NAME + " or " + SUB
                        + ": write a number, as " + host + ":443");
        return new HostPort(host, port.equals(PORT) ? 0 : HostPort.parsePort(port, text));
    }

    /** The normal form of a template's host. Throws {@link IllegalArgumentException} with the fault. */
    static String normalizeHost(String host) {
        for (Matcher braces = BRACES.matcher(host); braces.find(); ) {
            String word = braces.group();
            Check.that(
                    word.equals(NAME) || word.equals(SUB),
                    () -> '"' + host + "\": " + word + " is unknown here: a host may have " + NAME + " or " + SUB
                            + ", and a port " + PORT);
        }
        String lower = HostName.toAscii(host).toLowerCase(Locale.ROOT);
        String name = lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
        HostPort.normalizeHost(name.replace(NAME, "x").replace(SUB, "x"));
        return name;
    }

    /**
     * The address for a client.
     *
     * @param sub null without a star in the route
     * @return null if the result is no address: too long, or not of a host
     */
    static @Nullable HostPort fill(HostPort template, String name, @Nullable String sub, int port) {
        String host = template.host().replace(NAME, name).replace(SUB, sub == null ? "" : sub);
        try {
            return new HostPort(host, template.port() == 0 ? port : template.port());
        } catch (IllegalArgumentException noHost) {
            return null;
        }
    }
}
