package dev.usher.config;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A host and a TCP port, not resolved.
 *
 * @param host an IPv4 literal, an IPv6 literal without brackets (RFC 5952 form), or a host name in A-labels; empty
 *     stands for every address of both families, and only makes sense for listeners; of a template, the host with
 *     {@link Placeholders}
 * @param port 0..65535; 0 asks the system for a free port, and only makes sense for listeners; 0 of a template is the
 *     port at which the client came in
 */
public record HostPort(String host, int port) implements Address {
    /** The ports that a backend or a listener may have in a file. */
    public static final IntRange PORT = new IntRange(1, 65_535);
    /** In place of a port where there is none, as in a request of a protocol without ports. */
    public static final int NO_PORT = 0;

    private static final Pattern SERVICE = Pattern.compile("_[A-Za-z0-9-]+\\._tcp\\.[^:]+");
    /** The end of an address without brackets is taken for its port where one is likely: 80 and more. */
    private static final Pattern LIKE_A_PORT = Pattern.compile("[89]\\d|[1-9]\\d{2,4}");

    private static final IntRange ANY_PORT = new IntRange(0, 65_535);

    public HostPort {
        host = Check.present(host, "host").isEmpty() ? "" : normalForm(host);
        ANY_PORT.check(port, "port");
    }

    private static String normalForm(String host) {
        return Placeholders.in(host) ? Placeholders.normalizeHost(host) : normalizeHost(host);
    }

    /** The address and port of a socket; the address has 4 or 16 bytes. */
    public static HostPort of(byte[] ip, int port) {
        return new HostPort(IpAddress.text(ip), port);
    }

    /**
     * Reads {@code 10.0.0.1:443}, {@code [2001:db8::1]:443}, {@code db.internal:443}, or a template: host and port are
     * required. A name of SRV records, {@code _https._tcp.example.com}, has no port.
     */
    public static HostPort parse(String text) {
        if (Placeholders.in(text)) {
            return Placeholders.parse(text);
        }
        if (isServiceName(text)) {
            return new HostPort(text, 0);
        }
        Check.that(!isNumber(text), () -> '"' + text + "\" is a port alone: write host:" + text);
        HostPort address = read(text, "a backend", Target.USUAL_PORT);
        Check.that(
                !address.host.isEmpty(),
                () -> '"' + text + "\" has no host: write one in front of the colon, such as 10.0.0.1:" + address.port);
        Check.that(address.port != 0, "port " + PORT.faultIn(address.port));
        Check.that(
                !isServiceName(address.host),
                () -> '"' + text + "\" is a service, whose SRV records have the ports: write " + address.host);
        return address;
    }

    /** Reads the same as {@link #parse}, and also {@code :443} or {@code *:443} for every address, and port 0. */
    public static HostPort parseBind(String text) {
        return parseBind(text, Target.USUAL_PORT);
    }

    static HostPort parseBind(String text, int usualPort) {
        Check.that(!Placeholders.in(text), () -> '"' + text + "\" has a placeholder, which only a backend may have");
        Check.that(
                !isNumber(text),
                () -> '"' + text + "\" is a port alone: write \":" + text + "\" to listen on every address, or host:"
                        + text);
        return read(BindText.of(text), "an address to listen on", usualPort);
    }

    private static HostPort read(String text, String called, int usualPort) {
        UrlText url = UrlText.of(text);
        if (url != null) {
            throw new IllegalArgumentException('"' + text + "\": " + called + " is host:port, without " + url.scheme()
                    + ": write " + url.hostPort());
        }
        int colon = text.lastIndexOf(':');
        boolean bracketed = text.startsWith("[");
        int close = text.indexOf(']');
        if (bracketed && close < 0) {
            throw new IllegalArgumentException('"' + text + "\" has [ without ]");
        }
        if (!bracketed && text.indexOf(':') != colon) {
            throw new IllegalArgumentException('"' + text + "\": " + severalColons(text));
        }
        if (colon < 0 || colon < close) {
            throw new IllegalArgumentException('"' + text + "\" has no port: write " + withPort(text, usualPort));
        }
        if (bracketed) {
            Check.that(close == colon - 1, '"' + text + "\" is not [address]:port");
            byte[] address = IpAddress.parse(text.substring(1, close));
            Check.that(
                    address != null && address.length == 16,
                    '"' + text.substring(1, close) + "\" is not an IPv6 address" + zoneHint(text));
        }
        Check.that(
                !text.startsWith("*:"),
                "\"*\" is not an address: write \"" + text.substring(1) + "\" for every address");
        String host = bracketed ? text.substring(1, close) : text.substring(0, colon);
        return new HostPort(host, parsePort(text.substring(colon + 1), text));
    }

    /** A hint for finding the process on a port, to append to the fault that the port is in use. */
    public static String whoHas(int port) {
        return " (to see who has it: ss -tanp 'sport = :" + port + "')";
    }

    /** Whether each client fills in a part: the address of no backend yet. */
    public boolean isTemplate() {
        return Placeholders.in(host);
    }

    /** Whether a text is a name of SRV records (RFC 2782), whose records have the ports. */
    public static boolean isServiceName(String text) {
        return SERVICE.matcher(text).matches();
    }

    /** Whether the host stands for the places in its SRV records. */
    public boolean isService() {
        return port == 0 && isServiceName(host);
    }

    /** Whether a template needs the part of the name in place of a star. */
    public boolean needsSub() {
        return host.contains(Placeholders.SUB);
    }

    /**
     * The address that a template stands for.
     *
     * @param name asked for by the client, in normal form
     * @param sub the part of the name in place of the route's star; null without a star
     * @param port at which the client came in
     * @return null if the result is no address: too long, or not of a host
     */
    public @Nullable HostPort filled(String name, @Nullable String sub, int port) {
        return Placeholders.fill(this, name, sub, port);
    }

    /** Reads the port of a backend or a listener. */
    public static int port(String text) {
        Check.that(isNumber(text), () -> '"' + text + "\" is not the number of a port");
        int port = parsePort(text, text);
        Check.that(port != 0, "port " + PORT.faultIn(port));
        return port;
    }

    public boolean isIpv6Literal() {
        return host.indexOf(':') >= 0;
    }

    public boolean isIpLiteral() {
        return ip() != null;
    }

    /** The 4 or 16 bytes of an IP literal; null for a host name and for every address. */
    public byte @Nullable [] ip() {
        return IpAddress.parse(host);
    }

    /** {@inheritDoc} That is 127.0.0.0/8, ::1, or the name localhost. */
    @Override
    public boolean isLoopback() {
        byte[] ip = ip();
        if (ip == null) {
            return host.equals("localhost") || host.endsWith(".localhost");
        }
        return Cidr.LOOPBACK_V4.contains(ip) || Cidr.LOOPBACK_V6.contains(ip);
    }

    /**
     * {@inheritDoc} Equal, or every address of both families against a
     * wildcard of one family. A wildcard beside a single address is no clash, since the kernel prefers the single
     * address.
     */
    @Override
    public boolean clashesWith(Address other) {
        return port != 0 && other instanceof HostPort tcp && port == tcp.port && sharesHost(tcp);
    }

    private boolean sharesHost(HostPort other) {
        return host.equals(other.host)
                || (host.isEmpty() && other.isWildcard())
                || (other.host.isEmpty() && isWildcard());
    }

    private boolean isWildcard() {
        return host.equals("0.0.0.0") || host.equals("::");
    }

    /** Text that {@link #parseBind} can read. */
    @Override
    public String toString() {
        if (port == 0 && isTemplate()) {
            return host + ":" + Placeholders.PORT;
        }
        if (port == 0 && isService()) {
            return host;
        }
        return isIpv6Literal() ? "[" + host + "]:" + port : host + ":" + port;
    }

    /** Returns the normalised IP literal or host name. Throws {@link IllegalArgumentException} with the fault. */
    public static String normalizeHost(String host) {
        byte[] ip = IpAddress.parse(host);
        if (ip != null) {
            return IpAddress.text(ip);
        }
        Check.that(host.indexOf(':') < 0, () -> '"' + host + "\" is not an IPv6 address" + zoneHint(host));
        String name = HostName.normalize(host);
        Check.that(
                !IpAddress.looksNumeric(name),
                () -> '"' + host + "\" is not an IPv4 address (four numbers 0..255 without leading zeros)");
        return name;
    }

    static int parsePort(String port, String text) {
        Check.that(isNumber(port), () -> '"' + text + "\" has no port number after the last colon");
        long value = port.length() > 9 ? Long.MAX_VALUE : Long.parseLong(port);
        Check.that(value <= PORT.max(), "port must be " + PORT + ", was " + port);
        return (int) value;
    }

    private static boolean isNumber(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return false;
            }
        }
        return !text.isEmpty();
    }

    /** Adds a port, or the colon that is missing in front of one. */
    private static String withPort(String text, int usualPort) {
        int close = text.indexOf(']');
        String rest = text.substring(close + 1);
        return close > 0 && isNumber(rest) ? text.substring(0, close + 1) + ':' + rest : text + ':' + usualPort;
    }

    private static String severalColons(String text) {
        int colon = text.lastIndexOf(':');
        String front = text.substring(0, colon);
        String end = text.substring(colon + 1);
        String bracketed = "write an IPv6 address in brackets, as ";
        if (IpAddress.parse(front) != null
                && front.indexOf(':') >= 0
                && LIKE_A_PORT.matcher(end).matches()) {
            return bracketed + "[" + front + "]:" + end;
        }
        if (IpAddress.parse(text) != null) {
            return bracketed + "[" + text + "]:" + Target.USUAL_PORT;
        }
        int second = text.indexOf(':', text.indexOf(':') + 1);
        return text.indexOf('.') >= 0 && text.indexOf('.') < second
                ? "an address has one port: write " + text.substring(0, second)
                : bracketed + "[2001:db8::1]:" + Target.USUAL_PORT + zoneHint(text);
    }

    private static String zoneHint(String text) {
        return text.indexOf('%') >= 0 ? " (a zone such as %eth0 is not supported)" : "";
    }
}
