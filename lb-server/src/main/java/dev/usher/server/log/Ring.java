package dev.usher.server.log;

import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * A bounded queue from one producer thread to one consumer thread, without a lock. A slot with null is free. Each side
 * looks at its own next slot only, and at no state of the other side.
 */
final class Ring<E> {
    private final AtomicReferenceArray<@Nullable E> slots;
    private final int mask;
    /** The producer's next slot. Used by the producer only. */
    private int tail;
    /** The consumer's next slot. Used by the consumer only. */
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
     * Adds an element. The producer only. A read by the producer afterwards happens after the consumer can see the
     * element.
     *
     * @return false if the ring is full
     */
    boolean offer(E element) {
        int slot = tail & mask;
        if (slots.getAcquire(slot) != null) {
            return false;
        }
        slots.set(slot, element); // not setRelease: the producer looks for a sleeping consumer next, in this order
        tail++;
        return true;
    }

    /** Removes the oldest element; null if the ring is empty. The consumer only. */
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

    /** Approximate number of elements. Any thread. Counts every slot, so call it rarely. */
    int size() {
        int size = 0;
        for (int i = 0; i <= mask; i++) {
            size += slots.getPlain(i) == null ? 0 : 1;
        }
        return size;
    }

    /** True if {@link #poll} would return null. The consumer only. */
    boolean isEmpty() {
        return slots.get(head & mask) == null;
    }
}
