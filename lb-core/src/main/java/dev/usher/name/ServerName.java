package dev.usher.name;

import dev.usher.config.IpAddress;
import org.jspecify.annotations.Nullable;

/**
 * A host name in canonical form for comparison: lower-case ASCII without a trailing dot. Names from clients and names
 * from the configuration both become server names, so every comparison uses the same form.
 *
 * <p>RFC 6066 section 3 demands an ASCII name without a trailing dot and no address. Clients send more, so usher also
 * accepts one trailing dot (dropped), underscores, hyphens anywhere, a star as the first label, sent by devices that
 * use the name in their certificate, and an address, which is marked.
 *
 * @param name letters, digits, {@code -}, {@code _} and {@code .}; 1..253 characters in labels of 1..63. The first of
 *     several labels may be {@code *}. Or an IPv6 address in the form of RFC 5952, without brackets
 * @param ipLiteral true exactly if the name is an address: four decimal numbers 0..255, or IPv6
 */
public record ServerName(String name, boolean ipLiteral) {
    /** The longest name that fits the 255 octets of RFC 1035 section 2.3.4, without its trailing dot. */
    public static final int MAX_LENGTH = 253;

    private static final int MAX_LABEL_LENGTH = 63;
    private static final int MAX_QUOTED_LENGTH = 80;

    /** Takes a normalised name; {@link #parse} and {@link #of} normalise. */
    public ServerName {
        if (ipLiteral ? !isIpv4(name) && !name.equals(ipv6(name)) : fault(name) != null || isIpv4(name)) {
            throw new IllegalArgumentException(quoted(name) + " is not a normalised server name");
        }
    }

    /** The server name in {@code text}, or null if the text is not a valid name. */
    public static @Nullable ServerName parse(String text) {
        String name = normalised(text);
        if (fault(name) == null) {
            return new ServerName(name, isIpv4(name));
        }
        String ipv6 = ipv6(text);
        return ipv6 == null ? null : new ServerName(ipv6, true);
    }

    /**
     * The server name in {@code text}; for an invalid name, the exception's message quotes the text and gives the
     * fault.
     */
    public static ServerName of(String text) {
        ServerName parsed = parse(text);
        if (parsed == null) {
            throw new IllegalArgumentException(refusal(text));
        }
        return parsed;
    }

    /** The reason that {@link #parse} returns null for {@code text}. */
    public static String refusal(String text) {
        return quoted(text) + " is not a server name: " + fault(normalised(text));
    }

    /** The name in a URL: an IPv6 address in brackets. */
    public String inUrl() {
        return name.indexOf(':') < 0 ? name : '[' + name + ']';
    }

    @Override
    public String toString() {
        return name;
    }

    /**
     * Lower-cases by ASCII, not by locale, and drops one trailing dot. An already normalised text is returned as it is.
     */
    private static String normalised(String text) {
        int length = text.endsWith(".") ? text.length() - 1 : text.length();
        int upper = 0;
        while (upper < length && !isUpper(text.charAt(upper))) {
            upper++;
        }
        if (upper == length) {
            return text.substring(0, length);
        }
        char[] lower = new char[length];
        for (int i = 0; i < length; i++) {
            char c = text.charAt(i);
            lower[i] = isUpper(c) ? (char) (c + 'a' - 'A') : c;
        }
        return new String(lower);
    }

    private static boolean isUpper(char c) {
        return c >= 'A' && c <= 'Z';
    }

    /** The fault that keeps {@code name} from being a normalised name, or null. */
    private static @Nullable String fault(String name) {
        if (name.isEmpty()) {
            return "it is empty";
        }
        if (name.length() > MAX_LENGTH) {
            return "it is longer than " + MAX_LENGTH + " characters";
        }
        int label = 0;
        for (int i = name.startsWith("*.") ? 2 : 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c != '.') {
                if (!isNameCharacter(c)) {
                    return "it may hold letters, digits, '-', '_' and '.' only";
                }
                label++;
                if (label > MAX_LABEL_LENGTH) {
                    return "a label is longer than " + MAX_LABEL_LENGTH + " characters";
                }
            } else if (label == 0) {
                return "a label is empty";
            } else {
                label = 0;
            }
        }
        return label == 0 ? "a label is empty" : null;
    }

    private static boolean isNameCharacter(char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    }

    /** The canonical form of the IPv6 address in {@code text}, in brackets or without; null if there is none. */
    private static @Nullable String ipv6(String text) {
        boolean bracketed = text.startsWith("[") && text.endsWith("]");
        String inner = bracketed ? text.substring(1, text.length() - 1) : text;
        byte[] ip = inner.indexOf(':') < 0 ? null : IpAddress.parse(inner);
        return ip == null ? null : IpAddress.text(ip);
    }

    private static boolean isIpv4(String name) {
        int numbers = 0;
        int digits = 0;
        int value = 0;
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c == '.') {
                numbers++;
                digits = 0;
                value = 0;
            } else {
                value = value * 10 + c - '0';
                digits++;
                if (c < '0' || c > '9' || digits > 3 || value > 255) {
                    return false;
                }
            }
        }
        return numbers == 3;
    }

    /** Quotes the text, cut if long: a name from the network must not fill a log. */
    private static String quoted(String text) {
        return text.length() <= MAX_QUOTED_LENGTH
                ? '"' + text + '"'
                : '"' + text.substring(0, MAX_QUOTED_LENGTH) + "...\"";
    }
}
