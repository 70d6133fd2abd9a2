package dev.usher.server.log;

import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * A bounded queue from one thread to one other thread, without a lock. A slot that holds null is free: each side looks
 * at the slot that is its next, and at nothing of the other side.
 */
final class Ring<E> {
    private final AtomicReferenceArray<@Nullable E> slots;
    private final int mask;
    /** The producer's next slot. Only it reads and writes this. */
    private int tail;
    /** The consumer's next slot. Only it reads and writes this. */
    private int head;

    /** @param capacity a power of two */
    Ring(int capacity) {
        if (Integer.bitCount(capacity) != 1) {
            throw new IllegalArgumentException("capacity must be a power of two, was " + capacity);
        }
        this.slots = new AtomicReferenceArray<>(capacity);
        this.mask = capacity - 1;
    }

    /**
     * Puts one in. The producer only. What the producer reads afterwards is read after the consumer can see it.
     *
     * @return false if it is full
     */
    boolean offer(E element) {
        int slot = tail & mask;
        if (slots.getAcquire(slot) != null) {
            return false;
        }
        slots.set(slot, element); // not setRelease: a sleeping consumer is looked for next, and that order matters
        tail++;
        return true;
    }

    /** Takes the oldest one out, or null if there is none. The consumer only. */
    @Nullable
    E poll() {
        int slot = head & mask;
        E element = slots.getAcquire(slot);
        if (element != null) {
            slots.setRelease(slot, null);
            head++;
        }
        return element;
    }

    /** About how many wait. Any thread: counts the slots, which is nothing to do often. */
    int size() {
        int size = 0;
        for (int i = 0; i <= mask; i++) {
            size += slots.getPlain(i) == null ? 0 : 1;
        }
        return size;
    }

    /** Whether {@link #poll} would find none. The consumer only. */
    boolean isEmpty() {
        return slots.get(head & mask) == null;
    }
}
