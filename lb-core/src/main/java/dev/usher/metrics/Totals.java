package dev.usher.metrics;

import java.util.LinkedHashMap;
import java.util.Map;
import org.HdrHistogram.Histogram;

/**
 * The sums of what was counted so far over all listeners, pools and workers. Filled once by who makes it, and read by one
 * thread. What a listener has counted stays in the sums when a reload removes it; the times of a pool go with it.
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

    // ---- for who fills it ----

    /** Adds what one worker has counted of one listener. */
    public void addListener(Counter acceptedThere, Counter openThere, Latency helloThere) {
        accepted += acceptedThere.get();
        open += openThere.get();
        helloThere.addTo(hello);
    }

    /** Adds sessions that ended for a reason. */
    public void addEnded(String reason, long count) {
        ended.merge(reason, count, Long::sum);
    }

    /** Adds what one worker has timed of one pool. */
    public void addPool(PoolLatencies latencies) {
        latencies.connect().addTo(connect);
        latencies.firstByte().addTo(firstByte);
    }

    /** Adds what one worker has passed on, and what it holds. */
    public void addWorker(Counter received, Counter sent, long held) {
        receivedBytes += received.get();
        sentBytes += sent.get();
        heldBytes += held;
    }

    /** Adds the hellos of one worker that asked for a name with a route, and for one without. */
    public void addNames(long known, long unknown) {
        knownNames += known;
        unknownNames += unknown;
    }

    // ---- for who reads it ----

    /** Connections taken from the kernel. */
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

    /** Bytes from clients that were passed on, of open sessions too. */
    public long receivedBytes() {
        return receivedBytes;
    }

    /** Bytes from backends that were passed on, of open sessions too. */
    public long sentBytes() {
        return sentBytes;
    }

    /** Bytes of pooled buffers in use. */
    public long heldBytes() {
        return heldBytes;
    }

    /** Hellos that asked for a name that a route has. */
    public long knownNames() {
        return knownNames;
    }

    /** Hellos that asked for a name that no route has. */
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
