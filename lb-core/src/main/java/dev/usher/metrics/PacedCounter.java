package dev.usher.metrics;

import java.util.Arrays;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * A count with its rate over the last minute. Any thread counts, and pays for the count alone; a single thread samples; any
 * thread reads.
 */
public final class PacedCounter {
    private final LongAdder total = new LongAdder();
    /** Totals at the last samples, by slot; null while nothing was counted for a minute. */
    private long @Nullable [] minute;

    private long sampled;
    private volatile double perSecond;

    public void increment() {
        total.increment();
    }

    public void add(long amount) {
        total.add(amount);
    }

    /** The count since the beginning. */
    public long total() {
        return total.sum();
    }

    /** The rate over the last minute, as of the last sample; over the time since the start in the first minute. */
    public double perSecond() {
        return perSecond;
    }

    /** Takes a sample. A single thread. */
    public void sample(MinuteClock.Tick tick) {
        long now = total.sum();
        long[] slots = minute;
        if (slots == null) {
            if (now == sampled) {
                return;
            }
            slots = new long[MinuteClock.SLOTS];
            Arrays.fill(slots, sampled);
        }
        long grown = now - slots[tick.slot()];
        slots[tick.slot()] = now;
        sampled = now;
        perSecond = grown / tick.seconds();
        minute = grown == 0 ? null : slots; // counts only rise: without growth every slot is the same
    }
}
