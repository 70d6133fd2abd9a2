package dev.usher.http;

import dev.usher.config.Printable;
import dev.usher.name.ServerName;
import org.jspecify.annotations.Nullable;

/**
 * A host and a port, as in a Host field (RFC 9110 section 7.2).
 *
 * @param name normalised
 * @param port 0..65535; null if not given
 * @param sentName the host as sent, without the port
 */
public record Authority(ServerName name, @Nullable Integer port, String sentName) {
    private static final int MAX_PORT = 65_535;
    private static final int MAX_PORT_DIGITS = 5;

    static Authority parse(String text) throws RefusedHeadException {
        int colon = text.lastIndexOf(':');
        boolean hasPort = colon > text.lastIndexOf(']');
        String host = hasPort ? text.substring(0, colon) : text;
        ServerName name = isHost(host) ? ServerName.parse(host) : null;
        if (name == null) {
            throw invalid("the host is not a host name", text);
        }
        return new Authority(name, hasPort ? port(text.substring(colon + 1), text) : null, host);
    }

    /** An IPv6 address stands in brackets, and only an address does; a star is for certificates. */
    private static boolean isHost(String host) {
        return host.startsWith("[") == (host.indexOf(':') >= 0) && !host.startsWith("*");
    }

    private static @Nullable Integer port(String digits, String text) throws RefusedHeadException {
        if (digits.isEmpty()) {
            return null; // RFC 3986 section 3.2.3 lets the port be empty
        }
        if (digits.length() > MAX_PORT_DIGITS || !digits.chars().allMatch(Ascii::isDigit)) {
            throw invalid("the port of the host is not a number of at most 65535", text);
        }
        int port = Integer.parseInt(digits);
        if (port > MAX_PORT) {
            throw invalid("the port of the host is over 65535", text);
        }
        return port;
    }

    private static RefusedHeadException invalid(String detail, String text) {
        String cut = text.length() <= ServerName.MAX_LENGTH ? text : text.substring(0, ServerName.MAX_LENGTH) + "...";
        return RefusedHeadException.invalidName(detail, Printable.of(cut));
    }

    /** As a Host field has it. */
    @Override
    public String toString() {
        return port == null ? name.inUrl() : name.inUrl() + ':' + port;
    }
}
