package dev.usher.admin.metrics;

import static dev.usher.admin.metrics.Families.metric;

import dev.usher.admin.subject.AccessLogLines;
import dev.usher.admin.subject.Program;
import dev.usher.background.Background;
import dev.usher.config.UsherConfig;
import dev.usher.metrics.MetricsSnapshot;
import dev.usher.metrics.MetricsSnapshot.WorkerSnapshot;
import dev.usher.metrics.Totals;
import dev.usher.reload.Reload;
import dev.usher.reload.ReloadStatus;
import dev.usher.view.LoopDelay;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Metrics of the process: program, configuration, workers. */
final class ProcessFamilies {
    private static final MetricMetadata BUILD = metric("build", "Version of the program; always 1.");
    private static final MetricMetadata STARTED =
            metric("start_time_seconds", "Start of the process, in seconds since 1970.");

    private static final MetricMetadata OPEN = metric("connections", "Open connections.");
    private static final MetricMetadata LIMIT =
            metric("connections_limit", "Limit of open connections: limits.max_connections.");
    private static final MetricMetadata RECEIVED =
            metric("received_bytes", "Bytes passed on from clients, open sessions included.");
    private static final MetricMetadata SENT =
            metric("sent_bytes", "Bytes passed on from backends, open sessions included.");
    private static final MetricMetadata NAMES =
            metric("server_names", "Hellos with a server name, by whether a route has it.");
    private static final MetricMetadata HELD = metric(
            "held_bytes",
            "Bytes of buffers in use, for peers that do not read, and for openings (hellos, heads of requests) until a backend answers.");
    private static final MetricMetadata HELD_LIMIT =
            metric("held_limit_bytes", "Limit of the bytes in buffers: limits.held_bytes.");

    private static final MetricMetadata TURNS = metric("worker_turns", "Turns of the worker's loop.");
    private static final MetricMetadata WORKER_OPEN = metric("worker_connections", "Open connections of the worker.");
    private static final MetricMetadata PAUSES = metric(
            "worker_accept_pauses",
            "Pauses in accepting: a connection limit was reached, or descriptors were used up.");
    private static final MetricMetadata BUGS =
            metric("worker_bugs", "Faults in usher, each of which ended a session and is in the log.");

    private static final MetricMetadata DELAY =
            metric("worker_loop_delay_seconds", "How long a task waited for its worker, measured at this scrape.");

    private static final MetricMetadata GENERATION =
            metric("config_generation", "Generation of the configuration in force; 1 at the start.");
    private static final MetricMetadata RELOAD_OK =
            metric("config_last_reload_successful", "Whether the last reload succeeded; 1 before the first.");
    private static final MetricMetadata RELOAD_AT = metric(
            "config_last_reload_success_timestamp_seconds",
            "Last successful read of the configuration, in seconds since 1970.");
    private static final MetricMetadata RELOADS = metric("config_reloads", "Reloads by result.");
    private static final MetricMetadata DROPPED =
            metric("access_log_dropped_lines", "Lines of the access log that were dropped.");

    private static final MetricMetadata UNRESOLVED =
            metric("resolve_failing_names", "Host names of backends that do not resolve now.");
    private static final MetricMetadata WAITING =
            metric("access_log_waiting_lines", "Lines of the access log that wait to be written.");
    private static final MetricMetadata FAILING =
            metric("background_failing", "1 if the background task is failing, else 0.");

    private static final double MILLIS_PER_SECOND = 1e3;
    private static final double NANOS_PER_SECOND = 1e9;

    private ProcessFamilies() {}

    static void program(Families to, Program program) {
        to.info(
                BUILD,
                Labels.of(
                        "version",
                        program.version(),
                        "commit",
                        program.commit(),
                        "java",
                        Runtime.version().toString()));
        to.gauge(STARTED, Labels.EMPTY, seconds(program.startedAt()));
    }

    static void sums(Families to, Totals totals, UsherConfig config) {
        to.gauge(OPEN, Labels.EMPTY, totals.open());
        to.gauge(LIMIT, Labels.EMPTY, config.limits().maxConnections());
        to.counter(RECEIVED, Labels.EMPTY, totals.receivedBytes());
        to.counter(SENT, Labels.EMPTY, totals.sentBytes());
        to.counter(NAMES, Labels.of("known", "true"), totals.knownNames());
        to.counter(NAMES, Labels.of("known", "false"), totals.unknownNames());
    }

    static void workers(Families to, MetricsSnapshot snapshot, List<LoopDelay> delays) {
        List<WorkerSnapshot> workers = snapshot.workers();
        for (int i = 0; i < workers.size(); i++) {
            Labels labels = Labels.of("worker", Integer.toString(i));
            to.counter(TURNS, labels, workers.get(i).turns());
            to.gauge(WORKER_OPEN, labels, workers.get(i).openSessions());
            to.counter(PAUSES, labels, workers.get(i).acceptPauses());
            to.counter(BUGS, labels, workers.get(i).bugs());
            to.gauge(DELAY, labels, delays.get(i).waited().toNanos() / NANOS_PER_SECOND);
        }
        to.gauge(
                HELD,
                Labels.EMPTY,
                workers.stream().mapToLong(WorkerSnapshot::heldBytes).sum());
        to.gauge(HELD_LIMIT, Labels.EMPTY, snapshot.heldBytesMax());
    }

    static void reloads(Families to, ReloadStatus status) {
        Reload last = status.last();
        to.gauge(GENERATION, Labels.EMPTY, status.generation());
        to.gauge(RELOAD_OK, Labels.EMPTY, last == null || last.result() != Reload.Result.REFUSED ? 1 : 0);
        to.gauge(RELOAD_AT, Labels.EMPTY, seconds(lastGood(status)));
        to.counter(RELOADS, Labels.of("result", "applied"), status.applied());
        to.counter(RELOADS, Labels.of("result", "unchanged"), status.unchanged());
        to.counter(RELOADS, Labels.of("result", "refused"), status.refused());
    }

    /** Time of the last good read; an unchanged reload counts, since the files were read and found good. */
    private static Instant lastGood(ReloadStatus status) {
        return status.history().reversed().stream()
                .filter(reload -> reload.result() != Reload.Result.REFUSED)
                .map(Reload::at)
                .findFirst()
                .orElse(status.inForceSince());
    }

    static void accessLog(Families to, AccessLogLines lines) {
        to.counter(DROPPED, Labels.EMPTY, lines.dropped());
        to.gauge(WAITING, Labels.EMPTY, lines.waiting());
    }

    static void background(Families to, Background background) {
        Set<String> failing =
                background.failing().stream().map(Background.Failure::task).collect(Collectors.toSet());
        background.names().forEach(name -> to.gauge(FAILING, Labels.of("task", name), failing.contains(name) ? 1 : 0));
    }

    static void names(Families to, int failing) {
        to.gauge(UNRESOLVED, Labels.EMPTY, failing);
    }

    private static double seconds(Instant at) {
        return at.toEpochMilli() / MILLIS_PER_SECOND;
    }
}
