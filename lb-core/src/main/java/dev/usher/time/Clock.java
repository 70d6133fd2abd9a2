package dev.usher.time;

/** Monotonic time. Passed to every user of time, so that tests can control the clock. */
@FunctionalInterface
public interface Clock {
    /** The machine's clock, read here and nowhere else. */
    Clock SYSTEM = System::nanoTime;

    /** Nanoseconds since some fixed moment. May be negative and may wrap: compare by subtraction only. */
    long nanos();
}
