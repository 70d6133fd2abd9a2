package dev.usher.loop;

import dev.usher.metrics.Counter;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Direct buffers of one worker for bytes that must be kept: a hello until the backend answers, and what a slow peer
 * has not taken yet. Sizes are powers of two from 4 KiB, which holds a usual hello, to 1 MiB, which holds the
 * largest in the smallest records, read with what came behind it, and a PROXY header in front. A session at rest has none.
 *
 * <p>What is out is bounded by a budget, so that no number of stalled peers can take all memory. What comes back is
 * kept for the next up to {@link #MAX_SPARE_BYTES}; the rest is left to the collector.
 */
public final class BufferPool {
    /** The smallest buffer. */
    public static final int MIN_BYTES = 4 * 1024;
    /** The largest buffer. */
    public static final int MAX_BYTES = 1024 * 1024;

    /** Enough for the hellos of 2,000 connections under way at once; more than that is not worth holding on to. */
    private static final long MAX_SPARE_BYTES = 8 * 1024 * 1024;

    private final long budgetBytes;
    private final List<ArrayDeque<ByteBuffer>> spareBySize;
    private long spareBytes;
    private final Counter heldBytes = new Counter();

    /** @param budgetBytes the most that may be out at once */
    public BufferPool(long budgetBytes) {
        this.budgetBytes = budgetBytes;
        this.spareBySize = IntStream.rangeClosed(0, sizeClass(MAX_BYTES))
                .mapToObj(_ -> new ArrayDeque<ByteBuffer>())
                .toList();
    }

    /**
     * Hands out an empty buffer, or null when the budget is spent.
     *
     * @param bytes least capacity; at most {@link #MAX_BYTES}
     */
    public @Nullable ByteBuffer acquire(int bytes) {
        int sizeClass = sizeClass(bytes);
        int capacity = MIN_BYTES << sizeClass;
        if (heldBytes.get() + capacity > budgetBytes) {
            return null;
        }
        heldBytes.add(capacity);
        ByteBuffer spare = spareBySize.get(sizeClass).pollLast();
        if (spare == null) {
            return ByteBuffer.allocateDirect(capacity);
        }
        spareBytes -= capacity;
        return spare.clear();
    }

    /** True exactly when more than a quarter of the budget is out: from then on as little as possible is to be held. */
    public boolean isScarce() {
        return heldBytes.get() > budgetBytes / 4;
    }

    /** Whether {@link #acquire} would give a buffer of so many bytes. */
    public boolean hasRoomFor(int bytes) {
        return heldBytes.get() + ((long) MIN_BYTES << sizeClass(bytes)) <= budgetBytes;
    }

    /** Takes back a buffer that {@link #acquire} gave. Its last holder must not touch it again. */
    public void release(ByteBuffer buffer) {
        heldBytes.add(-buffer.capacity());
        if (spareBytes + buffer.capacity() <= MAX_SPARE_BYTES) {
            spareBytes += buffer.capacity();
            spareBySize.get(sizeClass(buffer.capacity())).addLast(buffer);
        }
    }

    /** Bytes of the buffers that are out. Any thread may read it. */
    public Counter heldBytes() {
        return heldBytes;
    }

    /** 0 for up to 4 KiB, 1 for up to 8 KiB, and so on. */
    private static int sizeClass(int bytes) {
        if (bytes > MAX_BYTES) {
            throw new IllegalArgumentException("no buffer holds " + bytes + " bytes, the largest is " + MAX_BYTES);
        }
        return Integer.SIZE - Integer.numberOfLeadingZeros((Math.max(bytes, 1) - 1) / MIN_BYTES);
    }
}
