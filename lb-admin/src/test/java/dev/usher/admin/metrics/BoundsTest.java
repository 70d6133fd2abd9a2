package dev.usher.admin.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import dev.usher.config.Balance;
import dev.usher.config.HealthCheckConfig;
import dev.usher.metrics.Latency;
import dev.usher.metrics.Traffic;
import dev.usher.pool.AdminState;
import dev.usher.pool.BackendState;
import dev.usher.pool.ByName;
import dev.usher.view.BackendView;
import dev.usher.view.PoolView;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

/** How many series there can be, and where buckets end. */
class BoundsTest {
    private static PoolView pool(int index, int backends) {
        List<BackendView> views = new ArrayList<>();
        for (int i = 0; i < backends; i++) {
            views.add(new BackendView(
                    "10.0." + i / 250 + "." + i % 250 + ":443",
                    "backend",
                    BackendState.UP,
                    "",
                    Instant.EPOCH,
                    null,
                    AdminState.READY,
                    1,
                    1,
                    false,
                    2,
                    0,
                    new BackendView.Counts(new Traffic.Figures(3, 0, 0, 0, 0), 0, 0, null, 0, 0, Duration.ofSeconds(1)),
                    null,
                    true,
                    100,
                    null,
                    null,
                    null));
        }
        return new PoolView(
                "p" + index,
                Balance.ROUND_ROBIN,
                backends,
                HealthCheckConfig.Type.NONE,
                views,
                null,
                ByName.Figures.NONE);
    }

    private static MetricSnapshot metric(Families families, String name) {
        return families.all().stream()
                .filter(metric -> metric.getMetadata().getName().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void backendsAboveTheBoundAreSummedUp() {
        Families families = new Families();
        BackendFamilies.add(families, List.of(pool(0, 900), pool(1, 300)));
        CounterSnapshot sessions = (CounterSnapshot) metric(families, "usher_backend_sessions");
        assertEquals(BackendFamilies.MAX_BACKENDS + 1, sessions.getDataPoints().size());
        double other = sessions.getDataPoints().stream()
                .filter(point -> Objects.equals(point.getLabels().get("pool"), CappedSeries.OTHER))
                .findFirst()
                .orElseThrow()
                .getValue();
        assertEquals(200 * 3.0, other);
        GaugeSnapshot up = (GaugeSnapshot) metric(families, "usher_backend_up");
        assertEquals(BackendFamilies.MAX_BACKENDS, up.getDataPoints().size());
    }

    @Test
    void whatIsWithinTheBoundStaysAsItIs() {
        Map<String, Integer> all = Map.of("a", 1, "b", 2);
        assertSame(all, CappedSeries.of(all, 2, Integer::sum));
    }

    @Test
    void theFirstKeepTheirPlaces() {
        Map<String, Integer> all = new LinkedHashMap<>();
        for (int i = 0; i < 10; i++) {
            all.put("n" + i, i);
        }
        assertEquals(
                Map.of("n0", 0, "n1", 1, "n2", 2, CappedSeries.OTHER, 3 + 4 + 5 + 6 + 7 + 8 + 9),
                CappedSeries.of(all, 3, Integer::sum));
    }

    /** A bucket takes what is up to its bound, and what is longer than all goes into the last. */
    @Test
    void bucketsEndWhereTheySay() {
        Histogram micros = Latency.empty();
        micros.recordValue(500);
        micros.recordValueWithCount(501 * 2, 3);
        micros.recordValue(9_000_000);
        micros.recordValue(100_000_000);
        HistogramDataPointSnapshot point = Buckets.SHORT.of(micros, Labels.EMPTY);
        Map<Double, Long> counts = new LinkedHashMap<>();
        point.getClassicBuckets().stream()
                .filter(bucket -> bucket.getCount() > 0)
                .forEach(bucket -> counts.put(bucket.getUpperBound(), bucket.getCount()));
        assertEquals(Map.of(0.0005, 1L, 0.001, 3L, 10.0, 1L, Double.POSITIVE_INFINITY, 1L), counts);
        assertEquals(109.0035, point.getSum(), 1.09);
    }

    @Test
    void anEmptyHistogramHasItsBuckets() {
        HistogramDataPointSnapshot point = Buckets.LONG.of(Latency.empty(), Labels.EMPTY);
        assertEquals(13, point.getClassicBuckets().size());
        assertEquals(0, point.getSum());
    }
}
