package dev.usher.metrics;

import java.util.LinkedHashMap;
import java.util.Map;
import org.HdrHistogram.Histogram;

/**
 * Sums over all listeners, pools and workers. Filled once by the creator, and read by one thread. A removed listener's
 * counts stay in the sums after a reload; a removed pool's latencies do not.
 */
public final class Totals {
    private long accepted;
    private long open;
    private final Map<String, Long> ended = new LinkedHashMap<>();
    private long receivedBytes;
    private long sentBytes;
    private long heldBytes;
    private long knownNames;
    private long unknownNames;
    private final Histogram hello = Latency.empty();
    private final Histogram connect = Latency.empty();
    private final Histogram firstByte = Latency.empty();

    // ---- for the creator ----

    /** Adds a worker's counts of a listener. */
    public void addListener(Counter acceptedThere, Counter openThere, Latency helloThere) {
        accepted += acceptedThere.get();
        open += openThere.get();
        helloThere.addTo(hello);
    }

    /** Adds sessions that ended with this reason. */
    public void addEnded(String reason, long count) {
        ended.merge(reason, count, Long::sum);
    }

    /** Adds a worker's latencies of a pool. */
    public void addPool(PoolLatencies latencies) {
        latencies.connect().addTo(connect);
        latencies.firstByte().addTo(firstByte);
    }

    /** Adds a worker's relayed bytes and held bytes. */
    public void addWorker(Counter received, Counter sent, long held) {
        receivedBytes += received.get();
        sentBytes += sent.get();
        heldBytes += held;
    }

    /** Adds a worker's hellos: with a name that a route matches, and with a name without a route. */
    public void addNames(long known, long unknown) {
        knownNames += known;
        unknownNames += unknown;
    }

    // ---- for the reader ----

    /** Connections accepted. */
    public long accepted() {
        return accepted;
    }

    /** Connections open now. */
    public long open() {
        return open;
    }

    /** Sessions by the word of their close reason; every reason is a key. */
    public Map<String, Long> ended() {
        return ended;
    }

    /** Bytes passed on from clients, including open sessions. */
    public long receivedBytes() {
        return receivedBytes;
    }

    /** Bytes passed on from backends, including open sessions. */
    public long sentBytes() {
        return sentBytes;
    }

    /** Bytes of pooled buffers in use. */
    public long heldBytes() {
        return heldBytes;
    }

    /** Hellos with a name that a route matches. */
    public long knownNames() {
        return knownNames;
    }

    /** Hellos with a name that no route matches. */
    public long unknownNames() {
        return unknownNames;
    }

    /** Microseconds from accept to a whole hello. */
    public Histogram hello() {
        return hello;
    }

    /** Microseconds from connect to the backend's SYN-ACK. */
    public Histogram connect() {
        return connect;
    }

    /** Microseconds from connected to the backend's first byte. */
    public Histogram firstByte() {
        return firstByte;
    }
}
