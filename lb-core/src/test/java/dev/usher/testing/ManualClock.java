package dev.usher.testing;

import dev.usher.time.Clock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/** Time that passes when a test says so. */
public final class ManualClock implements Clock {
    private static final Act NOTHING = () -> {};

    private final AtomicLong nanos;
    private final AtomicReference<Act> atNextQuestion = new AtomicReference<>(NOTHING);

    /** Something that happens while the time is asked for. */
    @FunctionalInterface
    public interface Act {
        void run() throws IOException;
    }

    /** Begins shortly before the wrap of nanoseconds, so that every test crosses it. */
    public ManualClock() {
        this(Long.MAX_VALUE - Duration.ofSeconds(3).toNanos());
    }

    public ManualClock(long nanos) {
        this.nanos = new AtomicLong(nanos);
    }

    @Override
    public long nanos() {
        Act now = atNextQuestion.getAndSet(NOTHING);
        try {
            now.run();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return nanos.get();
    }

    /** Has {@code act} happen once, when the next reader asks for the time: between a worker's look and its deadlines. */
    public void atNextQuestion(Act act) {
        atNextQuestion.set(act);
    }

    public void advance(Duration by) {
        nanos.addAndGet(by.toNanos());
    }
}
