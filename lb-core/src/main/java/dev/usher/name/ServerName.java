package dev.usher.name;

import dev.usher.config.IpAddress;
import org.jspecify.annotations.Nullable;

/**
 * A host name in the one form in which names are compared: lower-case ASCII without a trailing dot. Made from what a
 * client sends and from what a configuration says alike, so that no place compares names in a form of its own.
 *
 * <p>RFC 6066 section 3 wants an ASCII name without a trailing dot and no address. Clients send more than that, and so
 * more is read: one trailing dot (dropped), the underscore, hyphens at any place, a star for the first label, as devices send
 * it that were given the name of their certificate, and an address, which is marked.
 *
 * @param name letters, digits, {@code -}, {@code _} and {@code .}; 1..253 characters in labels of 1..63, the first of which
 *     may be {@code *} if there are more. Or an IPv6 address in the form of RFC 5952, without brackets
 * @param ipLiteral true exactly if the name is an address: four decimal numbers 0..255, or one of IPv6
 */
public record ServerName(String name, boolean ipLiteral) {
    /** The longest name that fits the 255 octets of RFC 1035 section 2.3.4, without its trailing dot. */
    public static final int MAX_LENGTH = 253;

    private static final int MAX_LABEL_LENGTH = 63;
    private static final int MAX_QUOTED_LENGTH = 80;

    /** For a name that is normalised already; {@link #parse} and {@link #of} normalise. */
    public ServerName {
        if (ipLiteral ? !isIpv4(name) && !name.equals(ipv6(name)) : fault(name) != null || isIpv4(name)) {
            throw new IllegalArgumentException(quoted(name) + " is not a normalised server name");
        }
    }

    /** The name in {@code text}, or null if it is none. */
    public static @Nullable ServerName parse(String text) {
        String name = normalised(text);
        if (fault(name) == null) {
            return new ServerName(name, isIpv4(name));
        }
        String ipv6 = ipv6(text);
        return ipv6 == null ? null : new ServerName(ipv6, true);
    }

    /** The name in {@code text}; the message of the exception quotes it and says what is wrong. */
    public static ServerName of(String text) {
        ServerName parsed = parse(text);
        if (parsed == null) {
            throw new IllegalArgumentException(refusal(text));
        }
        return parsed;
    }

    /** Why {@code text}, of which {@link #parse} makes nothing, is not a server name. */
    public static String refusal(String text) {
        return quoted(text) + " is not a server name: " + fault(normalised(text));
    }

    @Override
    public String toString() {
        return name;
    }

    /** Lower-cased by ASCII and not by locale, with one trailing dot dropped; the same object if it is so already. */
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

    /** What keeps {@code name} from being a normalised name, or null. */
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

    /** The one form of the IPv6 address in {@code text}, in brackets or without; null if there is none. */
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

    /** Quoted, and cut if long: a name from the network must not fill a log. */
    private static String quoted(String text) {
        return text.length() <= MAX_QUOTED_LENGTH
                ? '"' + text + '"'
                : '"' + text.substring(0, MAX_QUOTED_LENGTH) + "...\"";
    }
}
