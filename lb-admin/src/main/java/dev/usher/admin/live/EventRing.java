package dev.usher.admin.live;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The last frames, as sent to all clients. Each client keeps only the sequence of its next frame. One thread adds; any
 * thread reads.
 */
final class EventRing {
    private final @Nullable Supplier<byte[]>[] events;
    /** Sequence of the newest frame. Guarded by this, like every field below. */
    private long newest;

    private int size;

    /** @param before sequence of the first frame, minus one */
    @SuppressWarnings({"unchecked", "rawtypes"}) // an array of a generic type
    EventRing(int capacity, long before) {
        this.events = new Supplier[capacity];
        this.newest = before;
    }

    /** Adds the event after the newest. */
    synchronized void add(Supplier<byte[]> event) {
        newest++;
        size = Math.min(size + 1, events.length);
        events[place(newest)] = event;
    }

    /** Sequence of the newest event; of an empty ring, the first event's minus one. */
    synchronized long newest() {
        return newest;
    }

    synchronized long oldest() {
        return newest - size + 1;
    }

    /** The event with this sequence; null if already dropped, or not yet added. */
    synchronized @Nullable Supplier<byte[]> get(long sequence) {
        return sequence > newest || sequence < oldest() ? null : events[place(sequence)];
    }

    private int place(long sequence) {
        return Math.floorMod(sequence, events.length);
    }
}
