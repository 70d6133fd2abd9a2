package dev.usher.admin.live;

import org.jspecify.annotations.Nullable;

/**
 * The last frames, for sending. Each client keeps only the sequence of its next frame. One thread adds; any thread
 * reads.
 */
final class EventRing {
    private final Frame[] frames;
    /** Sequence of the newest frame. Guarded by this, like every field below. */
    private long newest;

    private int size;

    /** @param before sequence of the first frame, minus one */
    EventRing(int capacity, long before) {
        this.frames = new Frame[capacity];
        this.newest = before;
    }

    /** Adds the frame after the newest. */
    synchronized void add(Frame frame) {
        newest++;
        size = Math.min(size + 1, frames.length);
        frames[place(newest)] = frame;
    }

    /** Sequence of the newest frame; of an empty ring, the first frame's minus one. */
    synchronized long newest() {
        return newest;
    }

    synchronized long oldest() {
        return newest - size + 1;
    }

    /** The frame with this sequence; null if already dropped, or not yet added. */
    synchronized @Nullable Frame get(long sequence) {
        return sequence > newest || sequence < oldest() ? null : frames[place(sequence)];
    }

    private int place(long sequence) {
        return Math.floorMod(sequence, frames.length);
    }
}
