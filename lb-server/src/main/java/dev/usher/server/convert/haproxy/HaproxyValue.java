package dev.usher.server.convert.haproxy;

import dev.usher.config.Address;
import dev.usher.config.Cidr;
import dev.usher.config.DurationRange;
import dev.usher.config.HostPort;
import dev.usher.config.UnixPath;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads HAProxy's times, numbers and addresses. Each throws {@link IllegalArgumentException} with the fault. */
final class HaproxyValue {
    private static final Pattern TIME = Pattern.compile("(\\d{1,12})(us|ms|s|m|h|d)?");
    private static final Pattern NUMBER = Pattern.compile("\\d{1,9}");

    private HaproxyValue() {}

    /** Reads a time; a number alone has milliseconds. */
    static Duration time(String text, DurationRange range) {
        Matcher parts = TIME.matcher(text);
        if (!parts.matches()) {
            throw new IllegalArgumentException('"' + text + "\" is not a time");
        }
        long count = Long.parseLong(parts.group(1));
        Duration time = switch (parts.group(2)) {
            case "us" -> Duration.ofMillis(Math.ceilDiv(count, 1000));
            case "s" -> Duration.ofSeconds(count);
            case "m" -> Duration.ofMinutes(count);
            case "h" -> Duration.ofHours(count);
            case "d" -> Duration.ofDays(count);
            case null, default -> Duration.ofMillis(count);
        };
        String fault = range.faultIn(time);
        if (fault != null) {
            throw new IllegalArgumentException("usher's setting " + fault);
        }
        return time;
    }

    static int number(String text) {
        if (!NUMBER.matcher(text).matches()) {
            throw new IllegalArgumentException('"' + text + "\" is not a number that usher can have");
        }
        return Integer.parseInt(text);
    }

    static Cidr source(String text) {
        int slash = text.indexOf('/');
        if (slash >= 0 && text.indexOf('.', slash) > 0) {
            throw new IllegalArgumentException('"' + text + "\": usher has address blocks as 10.0.0.0/8");
        }
        return Cidr.parse(text);
    }

    /** Reads the address of a server; a name or an address with a port, or the path of a unix socket. */
    static Address server(String text) {
        String plain = withoutFamily(text);
        if (plain.startsWith("/") || plain.startsWith("unix@/")) {
            return new UnixPath(plain.substring(plain.indexOf('/')));
        }
        if (plain.startsWith("abnsz@")) {
            return new UnixPath(plain.replaceFirst("abnsz@", "@"));
        }
        if (plain.startsWith("abns@")) {
            return Address.parse(plain);
        }
        if (plain.indexOf(':') < 0) {
            throw new IllegalArgumentException("the server has no port, and takes the port of the client's connection:"
                    + " write the port in usher's file");
        }
        if (plain.matches(".*:[+-]\\d+")) {
            throw new IllegalArgumentException("a port relative to the client's: write the port in usher's file");
        }
        return HostPort.parse(bracketed(plain));
    }

    /** Whether a source leaves the choice to the system. */
    static boolean isAnyAddress(String text) {
        return text.matches("0\\.0\\.0\\.0|::|\\*|\\[::]");
    }

    static String withoutFamily(String text) {
        return text.replaceFirst("^(?:ipv4@|ipv6@|ipv4:|ipv6:|tcp@|tcp4@|tcp6@|mptcp@|stdout@)", "");
    }

    /** HAProxy writes {@code ::1:443}; the last colon separates the port. */
    static String bracketed(String text) {
        int last = text.lastIndexOf(':');
        boolean several = text.indexOf(':') != last && !text.startsWith("[");
        return several ? "[" + text.substring(0, last) + "]" + text.substring(last) : text;
    }
}
