package dev.usher.metrics;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * A number with one writing thread and any number of readers. Writing is a plain add; a reader sees some recent value,
 * never a torn value, and with the value all that the writer has counted before in other counters.
 */
public final class Counter {
    private static final VarHandle VALUE;

    static {
        try {
            VALUE = MethodHandles.lookup().findVarHandle(Counter.class, "value", long.class);
        } catch (ReflectiveOperationException impossible) {
            throw new ExceptionInInitializerError(impossible);
        }
    }

    @SuppressWarnings("unused") // accessed through the handle
    private long value;

    /** Adds one. The writing thread only. */
    public void increment() {
        add(1);
    }

    /** Adds {@code amount}, which may be negative for a gauge. The writing thread only. */
    public void add(long amount) {
        VALUE.setRelease(this, (long) VALUE.get(this) + amount);
    }

    /** The value as of now or a moment ago. Any thread. */
    public long get() {
        return (long) VALUE.getAcquire(this);
    }
}
