package dev.usher.time;

/** Monotonic time. Given to whatever needs it, so that tests can hold it still. */
@FunctionalInterface
public interface Clock {
    /** The clock of the machine; the one place that reads it. */
    Clock SYSTEM = System::nanoTime;

    /** Nanoseconds since some fixed moment. May be negative and may wrap: compare by subtraction only. */
    long nanos();
}
