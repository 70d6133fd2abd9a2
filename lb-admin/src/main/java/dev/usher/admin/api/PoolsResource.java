package dev.usher.admin.api;

import dev.usher.LoadBalancer;
import dev.usher.admin.api.Question.Filter;
import dev.usher.admin.http.Problem;
import dev.usher.admin.http.ProblemException;
import dev.usher.admin.subject.WaysIn;
import dev.usher.config.Spelling;
import dev.usher.metrics.Latency;
import dev.usher.metrics.MetricsSnapshot.PoolSnapshot;
import dev.usher.pool.BackendState;
import dev.usher.pool.ByName;
import dev.usher.view.BackendView;
import dev.usher.view.PoolView;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramIterationValue;
import org.jspecify.annotations.Nullable;

/** {@code /pools} and {@code /pools/{pool}}. */
public final class PoolsResource {
    /** Steps of a distribution from 0 to 50 %, from 50 to 75 %, and so on. */
    private static final int TICKS_PER_HALF_DISTANCE = 5;

    private static final PoolSnapshot NOTHING_COUNTED =
            new PoolSnapshot(Map.of(), Latency.empty(), Latency.empty(), Latency.empty());

    private final LoadBalancer balancer;

    public PoolsResource(LoadBalancer balancer) {
        this.balancer = balancer;
    }

    private record Pools(List<Pool> pools, int matching, int total) {}

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
            List<BackendJson> backends,
            @Nullable String origin,
            @Nullable Lookups lookups) {}

    /** Look-ups of the hosts that clients name; null without a template. */
    private record Lookups(String template, int names, long begun, long failed, long refused) {
        static @Nullable Lookups of(PoolView pool) {
            ByName.Figures figures = pool.lookups();
            return pool.template() == null
                    ? null
                    : new Lookups(
                            pool.template().toString(),
                            figures.names(),
                            figures.lookups(),
                            figures.failures(),
                            figures.refused());
        }
    }

    private record LatencyJson(Distribution connect, Distribution firstByte, Distribution session) {}

    private record Distribution(long count, List<Double> percentiles, List<Double> seconds) {}

    /** {@code GET /pools}: pools whose name, route or backend passes the filter, each with every backend. */
    public Object list(Question question) throws ProblemException {
        Filter filter = question.filter();
        boolean onlyFailing = "true".equals(question.parameter("unhealthy"));
        Map<String, WaysIn> ways = WaysIn.byPool(balancer.looks().config());
        List<PoolView> all = balancer.looks().pools();
        List<PoolView> matching = all.stream()
                .filter(pool -> passes(pool, waysTo(pool, ways), filter))
                .filter(pool -> !onlyFailing || !isWell(pool))
                .sorted(order(question.parameter("order")))
                .toList();
        List<Pool> pools = question.page(matching).stream()
                .map(pool -> pool(pool, waysTo(pool, ways))) // last: merges histograms of this page only
                .toList();
        return new Pools(pools, matching.size(), all.size());
    }

    private static boolean isWell(PoolView pool) {
        return pool.backends().stream()
                .allMatch(backend -> backend.state() == BackendState.UP && backend.trouble() == null);
    }

    /** Equal pools stay in the order of the file. */
    private static Comparator<PoolView> order(@Nullable String asked) throws ProblemException {
        return switch (asked) {
            case null -> (_, _) -> 0;
            case "file" -> (_, _) -> 0;
            case "worst" ->
                Comparator.comparing((PoolView pool) -> !pool.isDown()).thenComparing(PoolsResource::isWell);
            default -> throw Problem.of(400, "order must be file or worst").exception();
        };
    }

    private static WaysIn waysTo(PoolView pool, Map<String, WaysIn> ways) {
        return ways.getOrDefault(pool.name(), WaysIn.NONE);
    }

    private static boolean passes(PoolView pool, WaysIn ways, Filter filter) {
        return filter.passes(pool.name())
                || (pool.template() != null && filter.passes(pool.template().toString()))
                || ways.all().stream().anyMatch(filter::passes)
                || pool.backends().stream()
                        .anyMatch(backend -> filter.passes(
                                backend.address(), backend.configuredName(), Spelling.snake(backend.state())));
    }

    /** {@code GET /pools/{pool}}. */
    public Object one(Question question) {
        PoolView pool = balancer.looks().pool(question.path("pool"));
        return pool(pool, waysTo(pool, WaysIn.byPool(balancer.looks().config())));
    }

    /** {@code GET /pools/{pool}/latency}. */
    public Object latency(Question question) {
        PoolSnapshot counted = counted(balancer.looks().pool(question.path("pool")));
        return new LatencyJson(
                distribution(counted.connect()), distribution(counted.firstByte()), distribution(counted.session()));
    }

    /** Counts of a pool; empty if a reload has just removed the pool. */
    private PoolSnapshot counted(PoolView pool) {
        return Objects.requireNonNullElse(balancer.looks().snapshot(pool.name()), NOTHING_COUNTED);
    }

    private Pool pool(PoolView pool, WaysIn ways) {
        PoolSnapshot counted = counted(pool);
        return new Pool(
                pool.name(),
                ways.canName(pool.name()),
                Spelling.of(pool.balance()),
                pool.serving(),
                ways.all(),
                Spelling.snake(pool.healthCheck()),
                Percentiles.of(counted.connect()),
                Percentiles.of(counted.firstByte()),
                Percentiles.of(counted.session()),
                backends(pool),
                balancer.looks().config().originOf(pool.name()),
                Lookups.of(pool));
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
                seconds.add(step.getValueIteratedTo() / Latency.MICROS_PER_SECOND);
            }
        }
        return new Distribution(micros.getTotalCount(), percentiles, seconds);
    }
}
