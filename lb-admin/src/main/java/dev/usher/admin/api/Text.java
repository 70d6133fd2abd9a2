package dev.usher.admin.api;

import dev.usher.config.HostPort;
import dev.usher.config.IpAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Locale;

/** Values as the API writes them. */
final class Text {
    private static final double NANOS = 1e9;

    private Text() {}

    /** As {@code 10.0.0.1:443} or {@code [2001:db8::1]:443}. */
    static String of(InetSocketAddress address) {
        return new HostPort(IpAddress.text(address.getAddress().getAddress()), address.getPort()).toString();
    }

    static double seconds(Duration duration) {
        return duration.toNanos() / NANOS;
    }

    /** The word that a file has for a constant: lower case with hyphens. */
    static String ofFile(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
