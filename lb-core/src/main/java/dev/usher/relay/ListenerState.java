package dev.usher.relay;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/** What the workers share of one listener: how many connections it has, against its limit; and what each has counted. */
public final class ListenerState {
    private final String name;
    private final AtomicInteger open = new AtomicInteger();
    private final List<ListenerMetrics> metrics;

    /** @param workers how many there are */
    public ListenerState(String name, int workers) {
        this.name = name;
        this.metrics = Stream.generate(ListenerMetrics::new).limit(workers).toList();
    }

    public String name() {
        return name;
    }

    /** What each worker has counted, by its index. */
    public List<ListenerMetrics> metrics() {
        return metrics;
    }

    /** Connections open on all workers. */
    AtomicInteger open() {
        return open;
    }
}
