package dev.usher.admin.live;

import org.jspecify.annotations.Nullable;

/**
 * The last frames as they go over the wire, each in one array that all clients are sent. Their place in it is all that a
 * client keeps of its own. One thread adds; any reads.
 */
final class EventRing {
    private final byte[][] events;
    /** Sequence of the newest one. Guarded by this, as is all else. */
    private long newest;

    private int size;

    /** @param before sequence before that of the first to be added */
    EventRing(int capacity, long before) {
        this.events = new byte[capacity][];
        this.newest = before;
    }

    /** Adds the event that follows the newest one. */
    synchronized void add(byte[] event) {
        newest++;
        size = Math.min(size + 1, events.length);
        events[place(newest)] = event;
    }

    /** Where there is none, the one before the first. */
    synchronized long newest() {
        return newest;
    }

    synchronized long oldest() {
        return newest - size + 1;
    }

    /** Null if it is not there, not any more or not yet. */
    synchronized byte @Nullable [] get(long sequence) {
        return sequence > newest || sequence < oldest() ? null : events[place(sequence)];
    }

    private int place(long sequence) {
        return Math.floorMod(sequence, events.length);
    }
}
