package dev.usher.admin.metrics;

import static dev.usher.admin.metrics.Families.metric;

import dev.usher.metrics.MetricsSnapshot.ListenerSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import java.util.LinkedHashMap;
import java.util.Map;

/** Metrics of each listener. */
final class ListenerFamilies {
    /**
     * Limit, since each listener has a series for every close reason. More listeners than this come from a generated
     * file.
     */
    static final int MAX_LISTENERS = 100;

    private static final MetricMetadata ACCEPTED = metric("listener_accepted", "Connections accepted.");
    private static final MetricMetadata OPEN = metric("listener_connections", "Open connections of the listener.");
    private static final MetricMetadata ENDED =
            metric("listener_ended", "Ended sessions by reason, as in the access log.");
    private static final MetricMetadata PAUSES =
            metric("listener_accept_pauses", "Pauses in accepting connections, by the resource that was used up.");
    private static final MetricMetadata HELLO =
            metric("client_hello_seconds", "Time from accept to a whole ClientHello, or head of a request.");

    private ListenerFamilies() {}

    static void add(Families to, Map<String, ListenerSnapshot> listeners) {
        CappedSeries.of(listeners, MAX_LISTENERS, ListenerFamilies::sum)
                .forEach((name, listener) -> add(to, name, listener));
    }

    private static void add(Families to, String name, ListenerSnapshot listener) {
        Labels labels = Labels.of("listener", name);
        to.counter(ACCEPTED, labels, listener.accepted());
        to.gauge(OPEN, labels, listener.open());
        listener.ended().forEach((reason, count) -> to.counter(ENDED, labels.add("reason", reason), count));
        listener.acceptPauses().forEach((reason, count) -> to.counter(PAUSES, labels.add("reason", reason), count));
        to.histogram(HELLO, labels, Buckets.SHORT, listener.hello());
    }

    private static ListenerSnapshot sum(ListenerSnapshot a, ListenerSnapshot b) {
        return new ListenerSnapshot(
                a.accepted() + b.accepted(),
                a.open() + b.open(),
                sum(a.ended(), b.ended()),
                sum(a.acceptPauses(), b.acceptPauses()),
                Buckets.sum(a.hello(), b.hello()));
    }

    private static Map<String, Long> sum(Map<String, Long> a, Map<String, Long> b) {
        Map<String, Long> sum = new LinkedHashMap<>(a);
        b.forEach((reason, count) -> sum.merge(reason, count, Long::sum));
        return sum;
    }
}
