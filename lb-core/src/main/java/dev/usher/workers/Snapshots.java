package dev.usher.workers;

import dev.usher.config.Spelling;
import dev.usher.loop.Worker;
import dev.usher.metrics.Latency;
import dev.usher.metrics.MetricsSnapshot;
import dev.usher.metrics.MetricsSnapshot.BackendSnapshot;
import dev.usher.metrics.MetricsSnapshot.ListenerSnapshot;
import dev.usher.metrics.MetricsSnapshot.PoolSnapshot;
import dev.usher.metrics.MetricsSnapshot.WorkerSnapshot;
import dev.usher.metrics.PoolLatencies;
import dev.usher.metrics.Totals;
import dev.usher.metrics.Traffic;
import dev.usher.pool.Backend;
import dev.usher.pool.Pool;
import dev.usher.relay.ListenerCounts;
import dev.usher.relay.WorkerSessions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;

/** Merges the counters of the workers. Ends are read before begins, so no reader sees more sessions end than begin. */
public final class Snapshots {
    /** The latencies of a pool without a session: of thousands of pools most are idle, and histograms are large. */
    private static final Histogram NOTHING_TIMED = Latency.empty();

    private Snapshots() {}

    public static MetricsSnapshot of(Map<String, ListenerCounts> listeners, Map<String, Pool> pools, Workers workers) {
        Map<String, ListenerSnapshot> listenerSnapshots = new LinkedHashMap<>();
        listeners.forEach((name, state) -> listenerSnapshots.put(name, of(state)));
        Map<String, PoolSnapshot> poolSnapshots = new LinkedHashMap<>();
        pools.forEach((name, pool) -> poolSnapshots.put(name, of(pool)));
        List<WorkerSnapshot> workerSnapshots = new ArrayList<>();
        for (int i = 0; i < workers.count(); i++) {
            workerSnapshots.add(of(workers.worker(i), workers.sessions(i)));
        }
        return new MetricsSnapshot(listenerSnapshots, poolSnapshots, workerSnapshots, workers.heldBytesMax());
    }

    public static Totals totals(Map<String, ListenerCounts> listeners, Map<String, Pool> pools, Workers workers) {
        Totals totals = new Totals();
        for (ListenerCounts state : listeners.values()) {
            for (ListenerCounts.OfWorker metrics : state.workers()) {
                metrics.ended().forEach((reason, count) -> totals.addEnded(reason.word(), count));
                totals.addListener(metrics.accepted(), metrics.open(), metrics.hello());
            }
        }
        for (Pool pool : pools.values()) {
            pool.allLatencies().forEach(totals::addPool);
        }
        for (int i = 0; i < workers.count(); i++) {
            WorkerSessions sessions = workers.sessions(i);
            totals.addWorker(
                    sessions.received(),
                    sessions.sent(),
                    workers.worker(i).buffers().heldBytes().get());
            totals.addNames(
                    sessions.names().known().total(), sessions.names().unknown().total());
        }
        return totals;
    }

    private static WorkerSnapshot of(Worker worker, WorkerSessions sessions) {
        return new WorkerSnapshot(
                worker.turns().get(),
                worker.buffers().heldBytes().get(),
                sessions.sessions().get(),
                sessions.acceptPauses().get(),
                worker.bugs().get());
    }

    public static ListenerSnapshot of(ListenerCounts state) {
        long accepted = 0;
        long open = 0;
        Map<String, Long> ended = new LinkedHashMap<>();
        Map<String, Long> pauses = new LinkedHashMap<>();
        Histogram hello = Latency.empty();
        for (ListenerCounts.OfWorker metrics : state.workers()) {
            metrics.ended().forEach((reason, count) -> ended.merge(reason.word(), count, Long::sum));
            accepted += metrics.accepted().get();
            open += metrics.open().get();
            metrics.acceptPauses().forEach((why, count) -> pauses.merge(Spelling.snake(why), count, Long::sum));
            metrics.hello().addTo(hello);
        }
        return new ListenerSnapshot(accepted, open, ended, pauses, hello);
    }

    private static BackendSnapshot of(Backend backend) {
        Traffic.Figures traffic = backend.counts().traffic().figures();
        return new BackendSnapshot(
                backend.open(),
                traffic.sessions(),
                backend.counts().failures(),
                traffic.receivedBytes(),
                traffic.sentBytes());
    }

    public static PoolSnapshot of(Pool pool) {
        Map<String, BackendSnapshot> backends = new LinkedHashMap<>();
        for (Backend backend : pool.backends()) {
            backends.put(backend.name(), of(backend));
        }
        List<PoolLatencies> timed = pool.allLatencies();
        if (timed.isEmpty()) {
            return new PoolSnapshot(backends, NOTHING_TIMED, NOTHING_TIMED, NOTHING_TIMED);
        }
        Histogram connect = Latency.empty();
        Histogram firstByte = Latency.empty();
        Histogram session = Latency.empty();
        timed.forEach(latencies -> latencies.addTo(connect, firstByte, session));
        return new PoolSnapshot(backends, connect, firstByte, session);
    }
}
