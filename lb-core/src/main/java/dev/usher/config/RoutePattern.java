package dev.usher.config;

/**
 * The server names of a route.
 *
 * @param text as in the file
 * @param name the name to compare with: lower case, A-labels, without the star and the first dot; an IPv6 address in
 *     the form of RFC 5952, without brackets
 */
public record RoutePattern(String text, Kind kind, String name) {
    /** The set of names for a pattern with name {@code x}. */
    public enum Kind {
        /** Just {@code x}. */
        EXACT,
        /** Every name that ends in {@code .x}, at any depth, not {@code x} itself: written {@code *.x}. */
        BELOW,
        /** Both {@code x} and every name that ends in {@code .x}: written {@code .x}. */
        SELF_AND_BELOW
    }

    public RoutePattern {
        Check.that(
                kind == kindOf(Check.present(text, "route"))
                        && nameOf(text, kind).equals(name),
                () -> "pattern \"" + text + "\" is not " + kind + " " + name);
    }

    /** Reads {@code www.example.com}, {@code *.example.com} or {@code .example.com}. */
    public static RoutePattern parse(String text) {
        Kind kind = kindOf(text);
        return new RoutePattern(text, kind, nameOf(text, kind));
    }

    /** The canonical spelling of the pattern. */
    public String canonical() {
        return switch (kind) {
            case EXACT -> name;
            case BELOW -> "*." + name;
            case SELF_AND_BELOW -> "." + name;
        };
    }

    /**
     * Whether the pattern covers a host.
     *
     * @param host lower case, A-labels
     */
    public boolean covers(String host) {
        boolean below = host.length() > name.length()
                && host.endsWith(name)
                && host.charAt(host.length() - name.length() - 1) == '.';
        return switch (kind) {
            case EXACT -> host.equals(name);
            case BELOW -> below;
            case SELF_AND_BELOW -> below || host.equals(name);
        };
    }

    /** Whether this pattern decides, of two that cover one host: {@code x}, then {@code *.x}, then {@code .x}. */
    public boolean isNarrowerThan(RoutePattern other) {
        int more = name.length() - other.name.length();
        return more > 0 || (more == 0 && kind.compareTo(other.kind) < 0);
    }

    private static Kind kindOf(String text) {
        if (text.startsWith("*.")) {
            return Kind.BELOW;
        }
        return text.startsWith(".") ? Kind.SELF_AND_BELOW : Kind.EXACT;
    }

    private static String nameOf(String text, Kind kind) {
        Check.that(!text.equals("*"), "\"*\" is not a route: use default_route for names that no route has");
        String rest = switch (kind) {
            case EXACT -> text;
            case BELOW -> text.substring(2);
            case SELF_AND_BELOW -> text.substring(1);
        };
        Check.that(
                rest.indexOf('*') < 0,
                () -> "a * may only be the whole first label, such as *.example.com: \"" + text
                        + "\" has it elsewhere");
        UrlText url = UrlText.of(rest);
        if (url != null) {
            throw new IllegalArgumentException('"' + text + "\" is a URL: a route is a server name alone, leave out "
                    + url.scheme() + ": write " + url.host());
        }
        Check.that(
                rest.indexOf('/') < 0,
                () -> '"' + text + "\" has a path: TLS shows the server name alone, so a path cannot be routed");
        if (rest.indexOf(':') >= 0) {
            return ipv6Of(text, kind, rest);
        }
        String name = HostName.normalize(rest);
        if (IpAddress.looksNumeric(name)) {
            Check.that(IpAddress.parse(name) != null, '"' + text + "\" is neither a host name nor an IPv4 address");
            Check.that(kind == Kind.EXACT, "an IP address has no names below it: \"" + text + '"');
        }
        return name;
    }

    private static String ipv6Of(String text, Kind kind, String rest) {
        byte[] ip = IpAddress.parse(rest);
        if (ip == null) {
            throw new IllegalArgumentException(
                    '"' + text + "\" has a colon: a server name has no port, and an IPv6 address"
                            + " stands without brackets, as \"2001:db8::1\"");
        }
        Check.that(kind == Kind.EXACT, "an IP address has no names below it: \"" + text + '"');
        return IpAddress.text(ip);
    }
}
