package dev.usher.metrics;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/**
 * The times of the samples behind every rate over the last minute: a sample fills a slot, and a slot is used again after a
 * minute. For a single thread.
 */
public final class MinuteClock {
    /** Time between samples: a rate is as old as this at most, and the sample of 100,000 routes costs little so seldom. */
    public static final long STEP_NANOS = TimeUnit.SECONDS.toNanos(5);

    static final int SLOTS = 12;

    private static final double NANOS_PER_SECOND = TimeUnit.SECONDS.toNanos(1);

    private final long[] times = new long[SLOTS];
    private int next;

    /** @param nowNanos begin of the first step */
    public MinuteClock(long nowNanos) {
        Arrays.fill(times, nowNanos);
    }

    /**
     * The place and the span of a sample.
     *
     * @param slot index of the slot, 0..11
     * @param seconds time since the slot was used last: a minute, less in the first minute
     */
    public record Tick(int slot, double seconds) {}

    /** Whether the next sample is due. */
    public boolean isDue(long nowNanos) {
        return nowNanos - times[Math.floorMod(next - 1, SLOTS)] >= STEP_NANOS;
    }

    /** Begins a sample. */
    public Tick tick(long nowNanos) {
        Tick tick = new Tick(next, Math.max(1, nowNanos - times[next]) / NANOS_PER_SECOND);
        times[next] = nowNanos;
        next = (next + 1) % SLOTS;
        return tick;
    }
}
