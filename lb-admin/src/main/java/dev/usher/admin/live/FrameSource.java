package dev.usher.admin.live;

import dev.usher.LoadBalancer;
import dev.usher.end.CloseReason;
import dev.usher.metrics.Totals;
import dev.usher.view.BackendView;
import dev.usher.view.LoopDelay;
import dev.usher.view.PoolView;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** Makes frames from the difference between the current counts and the counts a second ago. For one thread. */
final class FrameSource {
    private static final double NANOS_PER_SECOND = TimeUnit.SECONDS.toNanos(1);
    /** Rates are rounded to hundredths, the most that a chart can show. */
    private static final double RATE_STEPS = 100;

    /** Odd and large, so that 64 bits of hash come to be in use. */
    private static final long HASH_FACTOR = 0x9E37_79B9_7F4A_7C15L;

    private final LoadBalancer balancer;
    private final Function<List<PoolView>, FrameStatus> status;
    private final MemoryMXBean memory = ManagementFactory.getMemoryMXBean();

    private final LastMinute lastMinute = new LastMinute();
    private Totals before;
    private long beforeNanos = System.nanoTime();
    private long nextSequence = Instant.now().getEpochSecond();
    private @Nullable PageState shown;
    private long revision;

    /** State behind the revision: pages reload when it changes. */
    private record PageState(Backends backends, int generation, boolean listening, int attention) {}

    /**
     * Backends of every pool, in short. A list of tens of thousands, kept for a second, would fill the collector's old
     * generation.
     *
     * @param hash of the addresses and states, in order
     */
    private record Backends(int count, int serving, long hash) {
        static Backends of(List<PoolView> pools) {
            int count = 0;
            int serving = 0;
            long hash = 0;
            for (PoolView pool : pools) {
                for (BackendView backend : pool.backends()) {
                    count++;
                    serving += backend.state().serves() ? 1 : 0;
                    hash = (hash * HASH_FACTOR + backend.address().hashCode()) * HASH_FACTOR
                            + backend.state().name().hashCode();
                }
            }
            return new Backends(count, serving, hash);
        }
    }

    FrameSource(LoadBalancer balancer, Function<List<PoolView>, FrameStatus> status) {
        this.balancer = balancer;
        this.status = status;
        this.before = balancer.looks().totals();
    }

    /** Sequence of the next frame. */
    long nextSequence() {
        return nextSequence;
    }

    Frame next() {
        Totals now = balancer.looks().totals();
        long nanos = System.nanoTime();
        double seconds = (nanos - beforeNanos) / NANOS_PER_SECOND;
        List<PoolView> pools = balancer.looks().pools();
        FrameStatus current = status.apply(pools);
        Backends backends = Backends.of(pools);
        Map<String, Double> failures = failures(now, seconds);
        Frame frame = new Frame(
                nextSequence,
                Instant.ofEpochMilli(System.currentTimeMillis()),
                now.open(),
                rate(before.accepted(), now.accepted(), seconds),
                round(failures.values().stream()
                        .mapToDouble(Double::doubleValue)
                        .sum()),
                failures,
                lastMinute.next(now.ended()),
                rate(before.receivedBytes(), now.receivedBytes(), seconds),
                rate(before.sentBytes(), now.sentBytes(), seconds),
                percentiles(before.connect(), now.connect()),
                percentiles(before.firstByte(), now.firstByte()),
                percentiles(before.hello(), now.hello()),
                now.heldBytes(),
                memory.getHeapMemoryUsage().getUsed(),
                loopDelaySeconds(),
                backends.serving(),
                backends.count(),
                current.generation(),
                current.onDisk(),
                current.state(),
                current.attention(),
                revision(backends, current),
                balancer.looks().lastEvent());
        before = now;
        beforeNanos = nanos;
        nextSequence++;
        return frame;
    }

    private Map<String, Double> failures(Totals now, double seconds) {
        Map<String, Double> failures = new LinkedHashMap<>();
        now.ended().forEach((reason, count) -> {
            double rate = rate(before.ended().getOrDefault(reason, 0L), count, seconds);
            if (rate > 0 && !CloseReason.isFine(reason)) {
                failures.put(reason, rate);
            }
        });
        return failures;
    }

    private static double rate(long before, long now, double seconds) {
        return round((now - before) / seconds);
    }

    private static double round(double rate) {
        return Math.round(rate * RATE_STEPS) / RATE_STEPS;
    }

    private static FramePercentiles percentiles(Histogram before, Histogram now) {
        Histogram difference = now.copy();
        try {
            difference.subtract(before);
        } catch (IllegalArgumentException fewer) { // counts fell: a reload removed a pool with its times
            difference.reset();
        }
        return FramePercentiles.of(difference);
    }

    /** Delay of the slowest worker; null if there is none. */
    private @Nullable Double loopDelaySeconds() {
        return balancer.looks().loopDelays().stream()
                .map(LoopDelay::waited)
                .max(java.util.Comparator.naturalOrder())
                .map(waited -> waited.toNanos() / NANOS_PER_SECOND)
                .orElse(null);
    }

    private long revision(Backends backends, FrameStatus current) {
        PageState now = new PageState(backends, current.generation(), current.listening(), current.attention());
        if (!now.equals(shown)) {
            shown = now;
            revision++;
        }
        return revision;
    }
}
