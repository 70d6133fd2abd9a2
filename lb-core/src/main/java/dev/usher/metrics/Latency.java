package dev.usher.metrics;

import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.SingleWriterRecorder;
import org.jspecify.annotations.Nullable;

/**
 * Durations of one kind on one worker, in microseconds with two significant digits (an error of at most 1 %, which the
 * eye cannot see in a chart; three would take eight times the memory). One thread records; one at a time reads.
 */
public final class Latency {
    /** From what is recorded to what people are shown. */
    public static final double MICROS_PER_SECOND = 1e6;

    /** A session can last for weeks; a histogram need not tell weeks apart. */
    private static final long LONGEST_MICROS = TimeUnit.HOURS.toMicros(24);

    private static final int SIGNIFICANT_DIGITS = 2;

    private final SingleWriterRecorder recorder = new SingleWriterRecorder(SIGNIFICANT_DIGITS);
    private final Counter recorded = new Counter();
    /** How far {@link #recorded} was when it was last collected. Guarded by this. */
    private long collected;
    /** Used again for each interval; null before the first. Guarded by this. */
    private @Nullable Histogram interval;
    /** All intervals so far. Guarded by this. */
    private final Histogram total = empty();

    /** A histogram that others of this class can be added to. */
    public static Histogram empty() {
        return new Histogram(SIGNIFICANT_DIGITS);
    }

    /** Records one duration; a negative one counts as none. The writing thread only. */
    public void record(long nanos) {
        recorder.recordValue(Math.min(Math.max(0, TimeUnit.NANOSECONDS.toMicros(nanos)), LONGEST_MICROS));
        recorded.increment();
    }

    /** Adds all that was recorded so far, in microseconds, to {@code sum}. Any thread. */
    public synchronized void addTo(Histogram sum) {
        collect();
        if (collected > 0) {
            sum.add(total);
        }
    }

    /** Most pools rest most of the time: what has recorded nothing new costs no look into its recorder. */
    private void collect() {
        long now = recorded.get();
        if (now != collected) {
            collected = now; // read before the interval is taken: what comes between is found twice, not missed
            interval = recorder.getIntervalHistogram(interval);
            total.add(interval);
        }
    }
}
