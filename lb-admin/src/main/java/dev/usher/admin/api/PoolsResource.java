package dev.usher.admin.api;

import dev.usher.LoadBalancer;
import dev.usher.admin.WaysIn;
import dev.usher.admin.api.Question.Filter;
import dev.usher.admin.http.Json;
import dev.usher.admin.http.ProblemException;
import dev.usher.config.Spelling;
import dev.usher.metrics.Latency;
import dev.usher.metrics.MetricsSnapshot.PoolSnapshot;
import dev.usher.view.BackendView;
import dev.usher.view.PoolView;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramIterationValue;

/** {@code /pools} and {@code /pools/{pool}}. */
public final class PoolsResource {
    private static final double MICROS = 1e6;
    /** Of the percentiles between 0 and 50, between 50 and 75, and so on. */
    private static final int TICKS_PER_HALF_DISTANCE = 5;

    private static final PoolSnapshot NOTHING_COUNTED =
            new PoolSnapshot(Map.of(), Latency.empty(), Latency.empty(), Latency.empty());

    private final LoadBalancer balancer;

    public PoolsResource(LoadBalancer balancer) {
        this.balancer = balancer;
    }

    private record Pools(List<Pool> pools, int total) {}

    private record Pool(
            String name,
            boolean named,
            String balance,
            int serving,
            List<String> routes,
            String healthCheck,
            Percentiles connect,
            Percentiles firstByte,
            Percentiles session,
            List<BackendJson> backends) {}

    private record LatencyJson(Distribution connect, Distribution firstByte, Distribution session) {}

    private record Distribution(long count, List<Double> percentiles, List<Double> seconds) {}

    /** {@code GET /pools}: all backends of those pools of which the name, a route or a backend passes. */
    public Object list(Question question) throws ProblemException {
        Filter filter = question.filter();
        Map<String, PoolSnapshot> counted = balancer.snapshot().pools();
        List<PoolView> all = balancer.pools();
        List<Pool> pools = all.stream()
                .map(pool -> pool(pool, counted.getOrDefault(pool.name(), NOTHING_COUNTED)))
                .filter(pool -> passes(pool, filter))
                .limit(question.limit())
                .toList();
        return new Pools(pools, all.size());
    }

    private static boolean passes(Pool pool, Filter filter) {
        return filter.passes(pool.name())
                || pool.routes().stream().anyMatch(filter::passes)
                || pool.backends().stream()
                        .anyMatch(backend -> filter.passes(backend.address(), backend.name(), backend.state()));
    }

    /** {@code GET /pools/{pool}}. */
    public Object one(Question question) {
        PoolView pool = find(balancer, question.path("pool"));
        return pool(pool, counted(pool.name()));
    }

    /** {@code GET /pools/{pool}/latency}. */
    public Object latency(Question question) {
        PoolSnapshot counted = counted(find(balancer, question.path("pool")).name());
        return new LatencyJson(
                distribution(counted.connect()), distribution(counted.firstByte()), distribution(counted.session()));
    }

    /** A pool by its name. Throws {@link NoSuchElementException} that names those that there are. */
    static PoolView find(LoadBalancer balancer, String name) {
        List<PoolView> pools = balancer.pools();
        return pools.stream()
                .filter(pool -> pool.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new NoSuchElementException("no pool \"" + name + "\"; there are "
                        + String.join(", ", pools.stream().map(PoolView::name).toList())));
    }

    private PoolSnapshot counted(String pool) {
        return balancer.snapshot().pools().getOrDefault(pool, NOTHING_COUNTED);
    }

    private Pool pool(PoolView pool, PoolSnapshot counted) {
        WaysIn ways = WaysIn.to(pool.name(), balancer.config());
        return new Pool(
                pool.name(),
                ways.canName(pool.name()),
                Spelling.of(pool.balance()),
                pool.serving(),
                ways.all(),
                Json.word(pool.healthCheck()),
                Percentiles.of(counted.connect()),
                Percentiles.of(counted.firstByte()),
                Percentiles.of(counted.session()),
                backends(pool));
    }

    private static List<BackendJson> backends(PoolView pool) {
        List<BackendJson> backends = new ArrayList<>();
        for (BackendView backend : pool.backends()) {
            backends.add(BackendJson.of(backend));
        }
        return backends;
    }

    private static Distribution distribution(Histogram micros) {
        List<Double> percentiles = new ArrayList<>();
        List<Double> seconds = new ArrayList<>();
        if (micros.getTotalCount() > 0) {
            for (HistogramIterationValue step : micros.percentiles(TICKS_PER_HALF_DISTANCE)) {
                percentiles.add(step.getPercentileLevelIteratedTo());
                seconds.add(step.getValueIteratedTo() / MICROS);
            }
        }
        return new Distribution(micros.getTotalCount(), percentiles, seconds);
    }
}
