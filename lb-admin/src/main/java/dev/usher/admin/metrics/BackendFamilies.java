package dev.usher.admin.metrics;

import static dev.usher.admin.metrics.Families.metric;

import dev.usher.config.Spelling;
import dev.usher.metrics.Traffic;
import dev.usher.pool.CertificateSeen;
import dev.usher.view.BackendView;
import dev.usher.view.PoolView;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Metrics of each backend of each pool. */
final class BackendFamilies {
    /**
     * Limit, since each backend has thirteen series. Counters of the rest are summed up; a sum of states or weights means
     * nothing.
     */
    static final int MAX_BACKENDS = 1000;

    private static final MetricMetadata UP = metric("backend_up", "Whether the backend takes new sessions.");
    private static final MetricMetadata STATE =
            metric("backend_state", "1 for the present state of the backend; other states have no series.");
    private static final MetricMetadata WEIGHT = metric("backend_weight", "The backend's weight.");
    private static final MetricMetadata OPEN =
            metric("backend_connections", "Sessions open on the backend, connecting ones included.");
    private static final MetricMetadata SESSIONS =
            metric("backend_sessions", "Ended sessions that had reached the backend.");
    private static final MetricMetadata FAILURES = metric(
            "backend_failures", "Attempts that failed before the backend's first byte: refused, timed out, closed.");
    private static final MetricMetadata TROUBLE = metric(
            "backend_unanswered_sessions",
            "Unanswered sessions among the backend's last eight, if the backend seems at fault; else 0.");
    private static final MetricMetadata FAILED_PROBES =
            metric("backend_failed_probes", "Failed probes of the backend, also without a change of state.");
    private static final MetricMetadata OUTAGES =
            metric("backend_outages", "Times that the backend went down or was ejected.");
    private static final MetricMetadata OUTAGE_TIME =
            metric("backend_outage_seconds", "Time that the backend was down or ejected.");
    private static final MetricMetadata RECEIVED =
            metric("backend_received_bytes", "Bytes from clients to the backend, of ended sessions.");
    private static final MetricMetadata SENT =
            metric("backend_sent_bytes", "Bytes from the backend to clients, of ended sessions.");
    private static final MetricMetadata CERTIFICATE = metric(
            "backend_certificate_expiry_timestamp_seconds",
            "Expiry of the certificate that the last probe has seen, in seconds since 1970.");

    private BackendFamilies() {}

    /** Numbers of a backend with a meaningful sum. */
    private record Counts(
            long open, Traffic.Figures traffic, long failures, long failedProbes, long outages, Duration outageTime) {
        static Counts of(BackendView backend) {
            BackendView.Counts counts = backend.counts();
            return new Counts(
                    backend.open(),
                    counts.traffic(),
                    counts.failures(),
                    counts.failedProbes(),
                    counts.outages(),
                    counts.outageTime());
        }

        Counts plus(Counts other) {
            return new Counts(
                    open + other.open,
                    traffic.plus(other.traffic),
                    failures + other.failures,
                    failedProbes + other.failedProbes,
                    outages + other.outages,
                    outageTime.plus(other.outageTime));
        }
    }

    static void add(Families to, List<PoolView> pools) {
        List<Counts> others = new ArrayList<>();
        int places = MAX_BACKENDS;
        for (PoolView pool : pools) {
            for (BackendView backend : pool.backends()) {
                if (places > 0) {
                    add(to, labels(pool.name(), backend.address()), backend);
                    places--;
                } else {
                    others.add(Counts.of(backend));
                }
            }
        }
        others.stream()
                .reduce(Counts::plus)
                .ifPresent(counts -> add(to, labels(CappedSeries.OTHER, CappedSeries.OTHER), counts));
    }

    private static Labels labels(String pool, String backend) {
        return Labels.of("backend", backend, "pool", pool);
    }

    private static void add(Families to, Labels labels, BackendView backend) {
        to.gauge(UP, labels, backend.state().serves() ? 1 : 0);
        to.gauge(STATE, labels.add("state", Spelling.snake(backend.state())), 1);
        to.gauge(WEIGHT, labels, backend.weight());
        to.gauge(
                TROUBLE,
                labels,
                backend.trouble() == null ? 0 : backend.trouble().sessions());
        add(to, labels, Counts.of(backend));
        CertificateSeen certificate = backend.certificate();
        if (certificate != null) {
            to.gauge(CERTIFICATE, labels, certificate.notAfter().getEpochSecond());
        }
    }

    private static void add(Families to, Labels labels, Counts counts) {
        to.gauge(OPEN, labels, counts.open());
        to.counter(SESSIONS, labels, counts.traffic().sessions());
        to.counter(FAILURES, labels, counts.failures());
        to.counter(FAILED_PROBES, labels, counts.failedProbes());
        to.counter(OUTAGES, labels, counts.outages());
        to.counter(OUTAGE_TIME, labels, counts.outageTime().toMillis() / 1000.0);
        to.counter(RECEIVED, labels, counts.traffic().receivedBytes());
        to.counter(SENT, labels, counts.traffic().sentBytes());
    }
}
