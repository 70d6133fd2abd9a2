package dev.usher.admin.api;

import dev.usher.metrics.Latency;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** Common percentiles of a distribution, in seconds; null if nothing was measured. */
record Percentiles(
        long count,
        @Nullable Double p50Seconds,
        @Nullable Double p90Seconds,
        @Nullable Double p99Seconds,
        @Nullable Double p999Seconds,
        @Nullable Double maxSeconds) {
    /** @param micros durations in microseconds */
    static Percentiles of(Histogram micros) {
        return new Percentiles(
                micros.getTotalCount(),
                seconds(micros, 50),
                seconds(micros, 90),
                seconds(micros, 99),
                seconds(micros, 99.9),
                seconds(micros, 100));
    }

    private static @Nullable Double seconds(Histogram micros, double percentile) {
        return micros.getTotalCount() == 0 ? null : micros.getValueAtPercentile(percentile) / Latency.MICROS_PER_SECOND;
    }
}
