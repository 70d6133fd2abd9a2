package dev.usher.admin.api;

import dev.usher.config.HostPort;
import java.net.InetSocketAddress;
import java.time.Duration;

/** Text of values in the API. */
final class Text {
    private static final double NANOS = 1e9;
    private static final double RATE_STEPS = 1000;

    private Text() {}

    /** An address as {@code 10.0.0.1:443} or {@code [2001:db8::1]:443}. */
    static String of(InetSocketAddress address) {
        return HostPort.of(address.getAddress().getAddress(), address.getPort()).toString();
    }

    static double seconds(Duration duration) {
        return duration.toNanos() / NANOS;
    }

    /** A rate, rounded up to a thousandth, so that little is more than nothing. */
    static double rate(double perSecond) {
        return Math.ceil(perSecond * RATE_STEPS) / RATE_STEPS;
    }
}
