package dev.usher.admin.metrics;

import static dev.usher.admin.metrics.Families.metric;

import dev.usher.metrics.MetricsSnapshot.PoolSnapshot;
import dev.usher.pool.ByName;
import dev.usher.view.PoolView;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Metrics of each pool. */
final class PoolFamilies {
    /** Limit, since each pool has about fifty series, most of them buckets. */
    static final int MAX_POOLS = 500;

    private static final MetricMetadata BACKENDS = metric("pool_backends", "Backends of the pool.");
    private static final MetricMetadata SERVING =
            metric("pool_serving_backends", "Backends of the pool that take new sessions.");
    private static final MetricMetadata CONNECT =
            metric("pool_connect_seconds", "Time of successful connects to the backend.");
    private static final MetricMetadata FIRST_BYTE = metric(
            "pool_first_byte_seconds", "Time from connected to the backend's first byte: its handshake latency.");
    private static final MetricMetadata SESSION =
            metric("pool_session_seconds", "Whole life of the pool's sessions, from accept to close.");

    private static final MetricMetadata NAMES =
            metric("pool_names", "Hosts named by clients with an answer at hand; for pools with a template.");
    private static final MetricMetadata LOOKUPS =
            metric("pool_lookups", "Look-ups of hosts named by clients; for pools with a template.");
    private static final MetricMetadata LOOKUP_FAILURES =
            metric("pool_lookup_failures", "Look-ups of hosts named by clients that gave no address.");
    private static final MetricMetadata REFUSED = metric(
            "pool_refused_lookups", "Look-ups of hosts named by clients with no address that a client may be led to.");

    private PoolFamilies() {}

    /** Live view and counted times of a pool. */
    private record Both(int backends, int serving, boolean template, ByName.Figures lookups, PoolSnapshot timed) {
        Both plus(Both other) {
            return new Both(
                    backends + other.backends,
                    serving + other.serving,
                    template || other.template,
                    lookups.plus(other.lookups),
                    new PoolSnapshot(
                            Map.of(),
                            Buckets.sum(timed.connect(), other.timed.connect()),
                            Buckets.sum(timed.firstByte(), other.timed.firstByte()),
                            Buckets.sum(timed.session(), other.timed.session())));
        }
    }

    static void add(Families to, List<PoolView> pools, Map<String, PoolSnapshot> timed) {
        Map<String, Both> all = new LinkedHashMap<>();
        for (PoolView pool : pools) {
            PoolSnapshot snapshot = timed.get(pool.name());
            if (snapshot != null) { // null if a reload came between the two reads
                all.put(pool.name(), both(pool, snapshot));
            }
        }
        CappedSeries.of(all, MAX_POOLS, Both::plus).forEach((name, pool) -> add(to, Labels.of("pool", name), pool));
    }

    private static Both both(PoolView pool, PoolSnapshot snapshot) {
        return new Both(pool.backends().size(), pool.serving(), pool.template() != null, pool.lookups(), snapshot);
    }

    private static void add(Families to, Labels labels, Both pool) {
        if (pool.backends() > 0 || !pool.template()) { // a pool without backends of its own is not down
            to.gauge(BACKENDS, labels, pool.backends());
            to.gauge(SERVING, labels, pool.serving());
        }
        if (pool.template()) {
            to.gauge(NAMES, labels, pool.lookups().names());
            to.counter(LOOKUPS, labels, pool.lookups().lookups());
            to.counter(LOOKUP_FAILURES, labels, pool.lookups().failures());
            to.counter(REFUSED, labels, pool.lookups().refused());
        }
        to.histogram(CONNECT, labels, Buckets.SHORT, pool.timed().connect());
        to.histogram(FIRST_BYTE, labels, Buckets.SHORT, pool.timed().firstByte());
        to.histogram(SESSION, labels, Buckets.LONG, pool.timed().session());
    }
}
