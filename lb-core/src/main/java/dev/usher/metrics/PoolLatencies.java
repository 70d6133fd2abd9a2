package dev.usher.metrics;

import org.HdrHistogram.Histogram;

/** The latencies of a pool as timed by a worker. */
public final class PoolLatencies {
    private final Latency connect = new Latency();
    private final Latency firstByte = new Latency();
    private final Latency session = new Latency();

    /** From connect to the backend's SYN-ACK. */
    public Latency connect() {
        return connect;
    }

    /** From connected to the backend's first byte. */
    public Latency firstByte() {
        return firstByte;
    }

    /** From accept to close. */
    public Latency session() {
        return session;
    }

    /** Adds the latencies to the three sums. Any thread. */
    public void addTo(Histogram connects, Histogram firstBytes, Histogram sessions) {
        connect.addTo(connects);
        firstByte.addTo(firstBytes);
        session.addTo(sessions);
    }
}
