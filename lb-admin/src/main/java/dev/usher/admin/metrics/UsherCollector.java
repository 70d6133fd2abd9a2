package dev.usher.admin.metrics;

import dev.usher.LoadBalancer;
import dev.usher.admin.subject.AccessLogLines;
import dev.usher.admin.subject.Program;
import dev.usher.admin.subject.SourceView;
import dev.usher.metrics.MetricsSnapshot;
import dev.usher.reload.Reloading;
import dev.usher.view.PoolView;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.List;
import java.util.function.Supplier;

/** Gathers all metrics with the prefix {@code usher_} at the time of a scrape. */
final class UsherCollector implements MultiCollector {
    private final LoadBalancer balancer;
    private final Reloading reloading;
    private final Supplier<List<SourceView>> sources;
    private final Program program;
    private final Supplier<AccessLogLines> accessLog;

    UsherCollector(
            LoadBalancer balancer,
            Reloading reloading,
            Supplier<List<SourceView>> sources,
            Program program,
            Supplier<AccessLogLines> accessLog) {
        this.balancer = balancer;
        this.reloading = reloading;
        this.sources = sources;
        this.program = program;
        this.accessLog = accessLog;
    }

    @Override
    public MetricSnapshots collect() {
        MetricsSnapshot snapshot = balancer.looks().snapshot();
        List<PoolView> pools = balancer.looks().pools();
        Families families = new Families();
        ProcessFamilies.program(families, program);
        ProcessFamilies.sums(
                families, balancer.looks().totals(), balancer.looks().config());
        ProcessFamilies.workers(families, snapshot, balancer.looks().loopDelays());
        ProcessFamilies.reloads(families, reloading.status());
        SourceFamilies.add(families, sources.get());
        ProcessFamilies.names(families, balancer.looks().failingNames().size());
        ProcessFamilies.accessLog(families, accessLog.get());
        ProcessFamilies.background(families, balancer.background());
        ListenerFamilies.add(families, snapshot.listeners());
        RouteFamilies.add(families, balancer.looks().config(), balancer.looks());
        PoolFamilies.add(families, pools, snapshot.pools());
        BackendFamilies.add(families, pools);
        return families.all();
    }
}
