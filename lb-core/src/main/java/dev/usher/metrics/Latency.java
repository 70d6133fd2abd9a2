package dev.usher.metrics;

import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.SingleWriterRecorder;
import org.jspecify.annotations.Nullable;

/**
 * Durations of one kind on one worker, in microseconds with two significant digits: an error of at most 1 %, invisible
 * in a chart. A third digit would take eight times the memory. One thread records; one thread at a time reads.
 */
public final class Latency {
    /** Divisor from recorded microseconds to displayed seconds. */
    public static final double MICROS_PER_SECOND = 1e6;

    /** The longest recorded duration; a session can last for weeks, but a histogram need not tell weeks apart. */
    private static final long LONGEST_MICROS = TimeUnit.HOURS.toMicros(24);

    private static final int SIGNIFICANT_DIGITS = 2;

    private final SingleWriterRecorder recorder = new SingleWriterRecorder(SIGNIFICANT_DIGITS);
    private final Counter recorded = new Counter();
    /** The value of {@link #recorded} at the last collection. Guarded by {@code this}. */
    private long collected;
    /** Reused for each interval; null before the first. Guarded by {@code this}. */
    private @Nullable Histogram interval;
    /** The sum of the intervals so far. Guarded by {@code this}. */
    private final Histogram total = empty();

    /** Creates an empty histogram for {@link #addTo}. */
    public static Histogram empty() {
        return new Histogram(SIGNIFICANT_DIGITS);
    }

    /** Records a duration; a negative duration counts as zero. The writing thread only. */
    public void record(long nanos) {
        recorder.recordValue(Math.min(Math.max(0, TimeUnit.NANOSECONDS.toMicros(nanos)), LONGEST_MICROS));
        recorded.increment();
    }

    /** Adds the recorded durations, in microseconds, to {@code sum}. Any thread. */
    public synchronized void addTo(Histogram sum) {
        collect();
        if (collected > 0) {
            sum.add(total);
        }
    }

    /**
     * Collects the interval since the last call. Most pools rest most of the time, so the recorder is skipped without
     * news.
     */
    private void collect() {
        long now = recorded.get();
        if (now != collected) {
            collected = now; // before the interval is taken: a record in between causes one more collection
            interval = recorder.getIntervalHistogram(interval);
            total.add(interval);
        }
    }
}
