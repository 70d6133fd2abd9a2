package dev.usher.admin.live;

import dev.usher.metrics.Latency;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** Percentiles over one second, in seconds; null where nothing was measured. */
public record FramePercentiles(
        @Nullable Double p50,
        @Nullable Double p90,
        @Nullable Double p99) {
    private static final FramePercentiles NONE = new FramePercentiles(null, null, null);

    /** @param micros durations in microseconds */
    static FramePercentiles of(Histogram micros) {
        return micros.getTotalCount() == 0
                ? NONE
                : new FramePercentiles(seconds(micros, 50), seconds(micros, 90), seconds(micros, 99));
    }

    private static double seconds(Histogram micros, double percentile) {
        return micros.getValueAtPercentile(percentile) / Latency.MICROS_PER_SECOND;
    }
}
