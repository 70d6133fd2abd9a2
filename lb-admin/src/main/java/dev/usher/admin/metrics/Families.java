package dev.usher.admin.metrics;

import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot.InfoDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.prometheus.metrics.model.snapshots.Unit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import org.HdrHistogram.Histogram;

/** The metrics of one scrape, while they are gathered. A metric exists once it has a series. */
final class Families {
    private static final String PREFIX = "usher_";
    private static final long NOT_KNOWN = 0;

    /** A metric with its series. */
    private record Family<P>(
            MetricMetadata metadata, List<P> points, BiFunction<MetricMetadata, List<P>, MetricSnapshot> end) {
        MetricSnapshot snapshot() {
            return end.apply(metadata, points);
        }
    }

    private final Map<MetricMetadata, Family<?>> families = new LinkedHashMap<>();

    /**
     * Name and meaning of a metric. The ending of the name gives the unit.
     *
     * @param name without the prefix, and without the ending for the kind of metric: _total, _info, _bucket
     */
    static MetricMetadata metric(String name, String help) {
        String whole = PREFIX + name;
        if (name.endsWith("seconds")) {
            return new MetricMetadata(whole, help, Unit.SECONDS);
        }
        return name.endsWith("bytes") ? new MetricMetadata(whole, help, Unit.BYTES) : new MetricMetadata(whole, help);
    }

    void gauge(MetricMetadata metric, Labels labels, double value) {
        this.<GaugeDataPointSnapshot>points(metric, GaugeSnapshot::new)
                .add(new GaugeDataPointSnapshot(value, labels, null));
    }

    void gauge(MetricMetadata metric, Labels labels, long value) {
        gauge(metric, labels, (double) value); // exact up to 2^53
    }

    void counter(MetricMetadata metric, Labels labels, double value) {
        this.<CounterDataPointSnapshot>points(metric, CounterSnapshot::new)
                .add(new CounterDataPointSnapshot(value, labels, null, NOT_KNOWN));
    }

    void counter(MetricMetadata metric, Labels labels, long value) {
        counter(metric, labels, (double) value); // exact up to 2^53
    }

    /** @param durations in microseconds */
    void histogram(MetricMetadata metric, Labels labels, Buckets buckets, Histogram durations) {
        this.<HistogramSnapshot.HistogramDataPointSnapshot>points(metric, HistogramSnapshot::new)
                .add(buckets.of(durations, labels));
    }

    void info(MetricMetadata metric, Labels labels) {
        this.<InfoDataPointSnapshot>points(metric, InfoSnapshot::new).add(new InfoDataPointSnapshot(labels));
    }

    @SuppressWarnings("unchecked") // each metric has a single kind
    private <P> List<P> points(MetricMetadata metric, BiFunction<MetricMetadata, List<P>, MetricSnapshot> end) {
        return (List<P>) families.computeIfAbsent(metric, _ -> new Family<P>(metric, new ArrayList<>(), end))
                .points();
    }

    MetricSnapshots all() {
        return new MetricSnapshots(
                families.values().stream().<MetricSnapshot>map(Family::snapshot).toList());
    }
}
