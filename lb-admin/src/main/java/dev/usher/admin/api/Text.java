package dev.usher.admin.api;

import java.time.Duration;

/** Text of values in the API. */
final class Text {
    private static final double NANOS = 1e9;
    private static final double RATE_STEPS = 1000;

    private Text() {}

    static double seconds(Duration duration) {
        return duration.toNanos() / NANOS;
    }

    /** A rate, rounded up to a thousandth, so that little is more than nothing. */
    static double rate(double perSecond) {
        return Math.ceil(perSecond * RATE_STEPS) / RATE_STEPS;
    }
}
