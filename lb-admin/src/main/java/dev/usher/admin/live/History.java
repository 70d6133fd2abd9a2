package dev.usher.admin.live;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The last frames as columns of numbers, so that a page that is opened now has its charts filled. One thread adds; any
 * asks. It takes the same room from the start on: {@link #FRAMES} times 8 bytes for each column, some 130 kB.
 */
public final class History {
    /** 15 minutes: what one wants to see of an incident on arriving at it. More is a job for Prometheus. */
    public static final int FRAMES = 900;

    private static final double MILLIS_PER_SECOND = 1000;

    private static final class Column {
        private final String name;
        private final Function<Frame, @Nullable Number> of;
        /** Not a number where it was null. */
        private final double[] values = new double[FRAMES];

        /** @param name in the words of the API */
        Column(String name, Function<Frame, @Nullable Number> of) {
            this.name = name;
            this.of = of;
        }

        void set(int place, Frame frame) {
            Number value = of.apply(frame);
            values[place] = value == null ? Double.NaN : value.doubleValue();
        }

        /** Whole numbers as such: they are shorter, and most are. */
        @Nullable
        Number get(int place) {
            double value = values[place];
            if (Double.isNaN(value)) {
                return null;
            }
            if (value == Math.rint(value)) {
                return (long) value;
            }
            return value;
        }
    }

    /** Guarded by this, as is all that follows. */
    private final List<Column> columns = List.of(
            new Column("at", frame -> frame.at().toEpochMilli() / MILLIS_PER_SECOND),
            new Column("open", Frame::open),
            new Column("new_per_second", Frame::newPerSecond),
            new Column("failures_per_second", Frame::failuresPerSecond),
            new Column("received_bytes_per_second", Frame::receivedBytesPerSecond),
            new Column("sent_bytes_per_second", Frame::sentBytesPerSecond),
            new Column("connect_p50", frame -> frame.connect().p50()),
            new Column("connect_p90", frame -> frame.connect().p90()),
            new Column("connect_p99", frame -> frame.connect().p99()),
            new Column("first_byte_p50", frame -> frame.firstByte().p50()),
            new Column("first_byte_p90", frame -> frame.firstByte().p90()),
            new Column("first_byte_p99", frame -> frame.firstByte().p99()),
            new Column("hello_p50", frame -> frame.hello().p50()),
            new Column("hello_p99", frame -> frame.hello().p99()),
            new Column("held_bytes", Frame::heldBytes),
            new Column("heap_bytes", Frame::heapBytes),
            new Column("loop_delay_seconds", Frame::loopDelaySeconds),
            new Column("serving_backends", Frame::servingBackends));

    /** Where the next frame goes. */
    private int next;

    private int size;
    private long lastSequence;

    synchronized void add(Frame frame) {
        columns.forEach(column -> column.set(next, frame));
        next = (next + 1) % FRAMES;
        size = Math.min(size + 1, FRAMES);
        lastSequence = frame.sequence();
    }

    /** As the API shows it: lists by their names, the oldest frame first. */
    public synchronized Map<String, Object> columns() {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("first_sequence", lastSequence - size + 1);
        int first = Math.floorMod(next - size, FRAMES);
        for (Column column : columns) {
            all.put(
                    column.name,
                    IntStream.range(0, size)
                            .mapToObj(i -> column.get((first + i) % FRAMES))
                            .toList());
        }
        return all;
    }
}
