package dev.usher.server.log;

import dev.usher.config.Units;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Lines that no output took: the ring was full, or the output took nothing until the end. */
final class LostLines {
    /** Interval between reports of dropped lines. */
    private static final long REPORT_NANOS = TimeUnit.MINUTES.toNanos(1);

    private static final Logger log = LoggerFactory.getLogger(LostLines.class);

    private final Lanes lanes;
    private final AtomicLong atTheEnd = new AtomicLong();
    /** Guarded by this, like the time: a writer left behind may come back. */
    private long reported;

    private long reportedAtNanos = System.nanoTime() - REPORT_NANOS;

    LostLines(Lanes lanes) {
        this.lanes = lanes;
    }

    /** Counts lines that an output did not take. Any thread. */
    void add(long lines) {
        atTheEnd.addAndGet(lines);
    }

    /** Lines lost so far. Any thread. */
    long count() {
        return atTheEnd.get() + lanes.dropped();
    }

    /** Logs the lines lost since the last report, at most once a minute. */
    synchronized void report(AccessOutput output) {
        long lost = count();
        long now = System.nanoTime();
        if (lost > reported && now - reportedAtNanos >= REPORT_NANOS) {
            log.warn(
                    "access log: {} dropped, {} in total: {} is too slow",
                    Units.counted(lost - reported, "line"),
                    lost,
                    output);
            reported = lost;
            reportedAtNanos = now;
        }
    }
}
