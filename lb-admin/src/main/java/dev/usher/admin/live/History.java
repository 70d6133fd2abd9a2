package dev.usher.admin.live;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The last frames as columns of numbers, so that a newly opened page has filled charts. One thread adds; any thread
 * reads. Memory is constant: {@link #FRAMES} times 8 bytes for each column, about 130 kB.
 *
 * <p>History is most of the data of a page with charts, so values have only the precision of a chart. Measures are
 * rounded to one percent, the precision of recorded latencies and about a pixel of a chart. Times are in tenths of a
 * second, as steps.
 */
public final class History {
    /**
     * 15 minutes: the view that an operator wants on arriving at an incident. A longer history is a job for Prometheus.
     */
    public static final int FRAMES = 900;

    /**
     * Rounding steps of a measure, in hundredths of its power of ten, for first digits below 2, below 5, and up to 9:
     * 1.62, 3.15, 7.9.
     */
    private static final List<BigDecimal> STEPS =
            List.of(BigDecimal.valueOf(2), BigDecimal.valueOf(5), BigDecimal.valueOf(10));

    private static final double TENTHS_PER_SECOND = 10;
    private static final long MILLIS_PER_TENTH = 100;

    private static final class Column {
        private final String name;
        private final Function<Frame, @Nullable Number> of;
        /** NaN stands for null. */
        private final double[] values = new double[FRAMES];

        /** @param name as in the API */
        Column(String name, Function<Frame, @Nullable Number> of) {
            this.name = name;
            this.of = of;
        }

        /** A column rounded to about one percent; counts are exact, and use the constructor. */
        static Column measure(String name, Function<Frame, @Nullable Number> of) {
            return new Column(name, frame -> rounded(of.apply(frame)));
        }

        private static @Nullable Number rounded(@Nullable Number value) {
            if (value == null) {
                return null;
            }
            BigDecimal exact = new BigDecimal(value.toString());
            int power = exact.precision() - exact.scale() - 1;
            int first = exact.unscaledValue().toString().charAt(0) - '0';
            BigDecimal step = STEPS.get(first < 2 ? 0 : first < 5 ? 1 : 2).scaleByPowerOfTen(power - 2);
            return exact.divide(step, 0, RoundingMode.HALF_EVEN).multiply(step);
        }

        void set(int place, Frame frame) {
            Number value = of.apply(frame);
            values[place] = value == null ? Double.NaN : value.doubleValue();
        }

        @Nullable
        Number get(int place) {
            double value = values[place];
            return Double.isNaN(value) ? null : shortest(value);
        }

        String name() {
            return name;
        }
    }

    /**
     * Frames that make up each point. Points and frames are counted from the oldest.
     *
     * @param frames per point
     * @param missing from the first point, since older frames are gone
     * @param size number of frames
     */
    private record Points(int frames, int missing, int size) {
        IntStream all() {
            return IntStream.range(0, size == 0 ? 0 : Math.ceilDiv(missing + size, frames));
        }

        int firstFrame(int point) {
            return Math.max(0, point * frames - missing);
        }

        int lastFrame(int point) {
            return Math.min((point + 1) * frames - missing, size) - 1;
        }
    }

    /** Time of each frame in tenths of a second since 1970. Guarded by this, like every field below. */
    private final long[] at = new long[FRAMES];

    private final List<Column> columns = List.of(
            new Column("open", Frame::open),
            Column.measure("new_per_second", Frame::newPerSecond),
            Column.measure("failures_per_second", Frame::failuresPerSecond),
            Column.measure("received_bytes_per_second", Frame::receivedBytesPerSecond),
            Column.measure("sent_bytes_per_second", Frame::sentBytesPerSecond),
            Column.measure("connect_p50", frame -> frame.connect().p50()),
            Column.measure("connect_p90", frame -> frame.connect().p90()),
            Column.measure("connect_p99", frame -> frame.connect().p99()),
            Column.measure("first_byte_p50", frame -> frame.firstByte().p50()),
            Column.measure("first_byte_p90", frame -> frame.firstByte().p90()),
            Column.measure("first_byte_p99", frame -> frame.firstByte().p99()),
            Column.measure("hello_p50", frame -> frame.hello().p50()),
            Column.measure("hello_p99", frame -> frame.hello().p99()),
            Column.measure("held_bytes", Frame::heldBytes),
            Column.measure("heap_bytes", Frame::heapBytes),
            Column.measure("loop_delay_seconds", Frame::loopDelaySeconds),
            new Column("serving_backends", Frame::servingBackends));

    /** Index of the next frame to write. */
    private int next;

    private int size;
    private long lastSequence;

    synchronized void add(Frame frame) {
        at[next] = Math.round((double) frame.at().toEpochMilli() / MILLIS_PER_TENTH);
        columns.forEach(column -> column.set(next, frame));
        next = (next + 1) % FRAMES;
        size = Math.min(size + 1, FRAMES);
        lastSequence = frame.sequence();
    }

    /** Names of the columns, as in the API. */
    public Set<String> names() {
        return columns.stream().map(Column::name).collect(Collectors.toCollection(LinkedHashSet::new));
    }

    /**
     * Columns for the API: lists by name, the oldest point first. Points begin at sequences divisible by the number of
     * frames per point, and not at the oldest frame, which moves each second; so repeated requests get the same points.
     * The first point may lack its oldest frames, and the last point frames still to come.
     *
     * @param wanted some of {@link #names}
     * @param framesPerPoint 1..{@link #FRAMES}. A point has the highest value of its frames, so that no peak is lost,
     *     and the time of its last frame
     */
    public synchronized Map<String, Object> columns(Set<String> wanted, int framesPerPoint) {
        long first = lastSequence - size + 1;
        Points points = new Points(framesPerPoint, Math.floorMod(first, framesPerPoint), size);
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("first_sequence", first);
        all.put("at_steps", points.all().mapToObj(i -> step(points, i)).toList());
        columns.stream()
                .filter(column -> wanted.contains(column.name))
                .forEach(column -> all.put(
                        column.name,
                        points.all().mapToObj(i -> highest(column, points, i)).toList()));
        return all;
    }

    private int place(int i) {
        return Math.floorMod(next - size + i, FRAMES);
    }

    /** The highest value of a point's frames; null if every frame has null. */
    private @Nullable Number highest(Column column, Points points, int point) {
        return IntStream.rangeClosed(points.firstFrame(point), points.lastFrame(point))
                .mapToObj(i -> column.get(place(i)))
                .filter(Objects::nonNull)
                .max(Comparator.comparingDouble(Number::doubleValue))
                .orElse(null);
    }

    /** Seconds since the point before; for the first point, since 1970. */
    private Number step(Points points, int point) {
        long before = point == 0 ? 0 : at[place(points.lastFrame(point - 1))];
        long tenths = at[place(points.lastFrame(point))] - before;
        return shortest(tenths / TENTHS_PER_SECOND);
    }

    /** The number in its shortest JSON form: whole numbers, as most are, without a fraction. */
    private static Number shortest(double value) {
        return value == Math.rint(value) ? (Number) (long) value : (Number) value;
    }
}
