package dev.usher.testing;

import dev.usher.time.Clock;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** Time that passes when a test says so. */
public final class ManualClock implements Clock {
    private final AtomicLong nanos;

    /** Begins shortly before the wrap of nanoseconds, so that every test crosses it. */
    public ManualClock() {
        this(Long.MAX_VALUE - Duration.ofSeconds(3).toNanos());
    }

    public ManualClock(long nanos) {
        this.nanos = new AtomicLong(nanos);
    }

    @Override
    public long nanos() {
        return nanos.get();
    }

    public void advance(Duration by) {
        nanos.addAndGet(by.toNanos());
    }
}
