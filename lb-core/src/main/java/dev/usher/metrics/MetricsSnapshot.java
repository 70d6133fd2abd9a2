package dev.usher.metrics;

import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;

/**
 * The counts of the load balancer, merged over its workers at one moment. Counters only grow; {@code open} values are
 * gauges. Histograms are copies, in microseconds.
 *
 * @param listeners by name
 * @param pools by name
 * @param workers by index
 * @param heldBytesMax the most bytes that the workers together may hold in pooled buffers
 */
public record MetricsSnapshot(
        Map<String, ListenerSnapshot> listeners,
        Map<String, PoolSnapshot> pools,
        List<WorkerSnapshot> workers,
        long heldBytesMax) {

    /**
     * Counts of a listener.
     *
     * @param accepted connections accepted since start
     * @param open connections open now, including refused connections that still read their alert
     * @param ended sessions by the word of their close reason; every reason is a key
     * @param acceptPauses pauses of accepting, by the word of the reason; every reason is a key
     * @param hello time from accept to a whole ClientHello
     */
    public record ListenerSnapshot(
            long accepted, long open, Map<String, Long> ended, Map<String, Long> acceptPauses, Histogram hello) {}

    /**
     * Counts of a pool.
     *
     * @param backends by address
     * @param connect time from connect to the backend's SYN-ACK, successful attempts only
     * @param firstByte time from connected to the backend's first byte: its handshake latency
     * @param session whole life of a session, from accept to close
     */
    public record PoolSnapshot(
            Map<String, BackendSnapshot> backends, Histogram connect, Histogram firstByte, Histogram session) {}

    /**
     * Counts of a backend.
     *
     * @param open sessions that are connected or connecting to this backend
     * @param sessions ended sessions that reached this backend
     * @param failures attempts that failed: refused, timed out, closed or reset before the first byte
     * @param bytesIn bytes passed on from clients to this backend
     * @param bytesOut bytes passed on from this backend to clients
     */
    public record BackendSnapshot(long open, long sessions, long failures, long bytesIn, long bytesOut) {}

    /**
     * Counts of a worker.
     *
     * @param turns turns of the loop
     * @param heldBytes bytes of pooled buffers in use, by sessions that wait for a slow peer or a whole hello
     * @param openSessions sessions of this worker now
     * @param acceptPauses pauses of accepting, for lack of descriptors or at a connection limit
     * @param bugs exceptions by bugs in usher; each closed its session and was logged
     */
    public record WorkerSnapshot(long turns, long heldBytes, long openSessions, long acceptPauses, long bugs) {}

    /** Ended sessions with the reason, over every listener. */
    public long ended(String reason) {
        return listeners.values().stream()
                .mapToLong(listener -> listener.ended().getOrDefault(reason, 0L))
                .sum();
    }

    /** Ended sessions, over every listener. */
    public long ended() {
        return listeners.values().stream()
                .flatMap(listener -> listener.ended().values().stream())
                .mapToLong(Long::longValue)
                .sum();
    }

    /** Connections accepted, over all listeners. */
    public long accepted() {
        return listeners.values().stream().mapToLong(ListenerSnapshot::accepted).sum();
    }

    /** Connections open now, over all listeners. */
    public long open() {
        return listeners.values().stream().mapToLong(ListenerSnapshot::open).sum();
    }
}
