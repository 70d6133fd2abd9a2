package dev.usher.admin.metrics;

import static dev.usher.admin.metrics.Families.metric;

import dev.usher.admin.subject.SourceView;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import java.util.List;

/** Metrics of sources. */
final class SourceFamilies {
    private static final MetricMetadata UP = metric("source_up", "1 if the last question to the source was answered.");
    private static final MetricMetadata WAITING =
            metric("source_waiting", "1 if an answer has lost too much, and waits to be confirmed.");
    private static final MetricMetadata NAMES = metric("source_names", "Names in the answer that holds.");
    private static final MetricMetadata BACKENDS = metric("source_backends", "Backends in the answer that holds.");
    private static final MetricMetadata LEFT_OUT =
            metric("source_left_out", "Parts of the answer that are not used, up to 100.");
    private static final MetricMetadata FAILURES =
            metric("source_failures", "Questions to the source without a good answer.");
    private static final MetricMetadata ANSWERED =
            metric("source_answer_timestamp_seconds", "Time of the answer that holds, in seconds since 1970.");

    private static final double MILLIS_PER_SECOND = 1e3;

    private SourceFamilies() {}

    static void add(Families to, List<SourceView> sources) {
        for (SourceView source : sources) {
            Labels labels = Labels.of("source", source.name());
            boolean up = source.state() == SourceView.State.WORKS || source.state() == SourceView.State.WAITING;
            to.gauge(UP, labels, up ? 1 : 0);
            to.gauge(WAITING, labels, source.state() == SourceView.State.WAITING ? 1 : 0);
            to.gauge(NAMES, labels, source.names());
            to.gauge(BACKENDS, labels, source.backends());
            to.gauge(LEFT_OUT, labels, source.leftOut().size());
            to.counter(FAILURES, labels, source.failures());
            if (source.answered() != null) {
                to.gauge(ANSWERED, labels, source.answered().toEpochMilli() / MILLIS_PER_SECOND);
            }
        }
    }
}
