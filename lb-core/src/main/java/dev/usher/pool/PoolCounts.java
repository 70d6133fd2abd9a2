package dev.usher.pool;

import dev.usher.metrics.PoolLatencies;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** The counts of a pool by workers, through every configuration with the pool. */
final class PoolCounts {
    private final AtomicLong timesFull = new AtomicLong();
    /** Counts by worker; each worker fills its entry at the first session, so that an idle pool costs nothing. */
    private final AtomicReferenceArray<@Nullable PoolLatencies> latencies;

    PoolCounts(int workers) {
        latencies = new AtomicReferenceArray<>(workers);
    }

    void countFull() {
        timesFull.incrementAndGet();
    }

    long timesFull() {
        return timesFull.get();
    }

    /** On the thread of worker number {@code worker}. */
    PoolLatencies latencies(int worker) {
        PoolLatencies known = latencies.get(worker);
        if (known == null) {
            known = new PoolLatencies();
            latencies.set(worker, known);
        }
        return known;
    }

    List<PoolLatencies> allLatencies() {
        return IntStream.range(0, latencies.length())
                .mapToObj(latencies::get)
                .filter(Objects::nonNull)
                .toList();
    }
}
