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
 * Bounds that a histogram of ours is cut at for Prometheus, whose buckets are for ever: what was counted under other bounds
 * cannot be compared. A duration within 1 % of a bound may fall on either side of it.
 */
final class Buckets {
    /**
     * For what a network and a handshake take: three steps for each power of ten, from what a switch adds to where every
     * time-out has passed.
     */
    static final Buckets SHORT =
            new Buckets(0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10);

    /** For whole sessions, from one short request to a connection that is kept all day. */
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

    /** Both together. */
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
            while (value > micros[bucket]) { // they come in order
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
