package dev.usher.admin.metrics;

import dev.usher.metrics.Latency;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.Exemplars;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import java.util.Arrays;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramIterationValue;

/**
 * Bounds of the buckets that Prometheus gets from a histogram. Keep the bounds: series with other bounds cannot be
 * compared. A duration within 1 % of a bound may fall on either side of the bound.
 */
final class Buckets {
    /**
     * For networks and handshakes: three steps for each power of ten, from the delay of a switch to the longest
     * time-out.
     */
    static final Buckets SHORT =
            new Buckets(0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10);

    /** For whole sessions, from a short request to a connection kept all day. */
    static final Buckets LONG = new Buckets(0.01, 0.1, 0.5, 1, 5, 10, 30, 60, 300, 1800, 3600, 21_600);

    private static final long NOT_KNOWN = 0;

    private final double[] seconds;
    private final long[] micros;

    private Buckets(double... bounds) {
        seconds = Arrays.copyOf(bounds, bounds.length + 1);
        seconds[bounds.length] = Double.POSITIVE_INFINITY;
        micros = Arrays.stream(seconds)
                .mapToLong(bound -> Math.round(bound * Latency.MICROS_PER_SECOND))
                .toArray();
    }

    /** The sum of two histograms; neither changes. */
    static Histogram sum(Histogram a, Histogram b) {
        Histogram sum = a.copy();
        sum.add(b);
        return sum;
    }

    /** @param durations in microseconds */
    HistogramDataPointSnapshot of(Histogram durations, Labels labels) {
        long[] counts = new long[micros.length];
        double sum = 0;
        int bucket = 0;
        for (HistogramIterationValue recorded : durations.recordedValues()) {
            long value = durations.lowestEquivalentValue(recorded.getValueIteratedTo());
            while (value > micros[bucket]) { // values come in ascending order
                bucket++;
            }
            long count = recorded.getCountAddedInThisIterationStep();
            counts[bucket] += count;
            sum += (double) count * durations.medianEquivalentValue(value);
        }
        return new HistogramDataPointSnapshot(
                ClassicHistogramBuckets.of(seconds, counts),
                sum / Latency.MICROS_PER_SECOND,
                labels,
                Exemplars.EMPTY,
                NOT_KNOWN);
    }
}
