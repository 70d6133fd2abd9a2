package dev.usher.admin.api;

import dev.usher.config.HostPort;
import java.net.InetSocketAddress;
import java.time.Duration;

/** Text of values in the API. */
final class Text {
    private static final double NANOS = 1e9;

    private Text() {}

    /** An address as {@code 10.0.0.1:443} or {@code [2001:db8::1]:443}. */
    static String of(InetSocketAddress address) {
        return HostPort.of(address.getAddress().getAddress(), address.getPort()).toString();
    }

    static double seconds(Duration duration) {
        return duration.toNanos() / NANOS;
    }
}
