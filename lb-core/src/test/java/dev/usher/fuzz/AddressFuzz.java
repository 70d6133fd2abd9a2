package dev.usher.fuzz;

import dev.usher.config.Address;
import dev.usher.config.Cidr;
import dev.usher.config.HealthCheckConfig;
import dev.usher.config.HostName;
import dev.usher.config.HostPort;
import dev.usher.config.HttpConfig;
import dev.usher.config.IpAddress;
import dev.usher.config.ResolveConfig;
import dev.usher.config.RoutePattern;
import dev.usher.config.SourceAddress;
import dev.usher.config.SourceUrl;
import dev.usher.config.Units;
import dev.usher.config.UserFile;
import dev.usher.name.ServerName;
import dev.usher.route.Typed;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The small texts of files, command lines and requests: addresses, names, patterns, times and sizes. A text has a value,
 * or a fault in words; the text of a value has the same value.
 */
public final class AddressFuzz {
    private static final Path USERS = Path.of("users");

    private AddressFuzz() {}

    /** Reads {@code input} as each kind of text. */
    public static void fuzzerTestOneInput(byte[] input) {
        String text = new String(input, StandardCharsets.UTF_8);
        readsItself(Address::parse, text);
        readsItself(Address::parseBind, text);
        readsItself(Cidr::parse, text);
        readsItself(SourceAddress::parse, text);
        readsItself(ServerName::of, text);
        readsItself(HostName::normalize, text);
        readsItself(SourceUrl::parse, text);
        HostPort server = value(ResolveConfig::server, text);
        require(server == null || server.isIpLiteral(), "a name server with a name: " + text);
        RoutePattern pattern = value(RoutePattern::parse, text);
        require(
                pattern == null
                        || RoutePattern.parse(pattern.canonical()).canonical().equals(pattern.canonical()),
                "another pattern: " + text);
        require((ServerName.parse(text) == null) == (value(ServerName::of, text) == null), "two minds: " + text);
        byte[] ip = IpAddress.parse(text);
        require(ip == null || IpAddress.parse(IpAddress.text(ip)) != null, "no address any more: " + text);
        value(Units::duration, text);
        value(Units::bytes, text);
        value(Units::percent, text);
        value(HttpConfig::redirect, text);
        value(HealthCheckConfig::checkAddress, text);
        value(HealthCheckConfig::checkPath, text);
        value(HealthCheckConfig::checkMethod, text);
        value(each -> UserFile.parse(USERS, each), text);
        Typed typed = value(Typed::parse, text);
        require(typed == null || !typed.remarks().contains(""), "an empty remark: " + text);
    }

    private static <T> void readsItself(Function<String, T> parser, String text) {
        T first = value(parser, text);
        if (first != null) {
            T again = value(parser, first.toString());
            require(first.equals(again), "\"" + text + "\" is " + first + ", and that is " + again);
        }
    }

    /** Null after a fault. */
    private static <T> @Nullable T value(Function<String, T> parser, String text) {
        try {
            return parser.apply(text);
        } catch (IllegalArgumentException fault) {
            // NumberFormatException and others of the JDK are such exceptions too, and have no words for people.
            require(fault.getClass() == IllegalArgumentException.class, fault + " of " + text);
            require(!String.valueOf(fault.getMessage()).isBlank(), "a fault without words: " + text);
            return null;
        }
    }

    private static void require(boolean kept, String what) {
        if (!kept) {
            throw new IllegalStateException(what);
        }
    }
}
