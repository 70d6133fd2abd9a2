package dev.usher.loop;

import dev.usher.metrics.Counter;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Buffers of one worker for bytes that must be kept: a hello until the backend answers, and what a slow peer
 * has not taken yet. Sizes are powers of two from 4 KiB, which holds a usual hello, to 1 MiB, which holds the
 * largest in the smallest records, read with what came behind it, and a PROXY header in front. A session at rest has none.
 *
 * <p>What is out is bounded by a budget, so that no number of stalled peers can take all memory. What comes back stays
 * for the next, up to {@link #idleBytesMax}; beyond that its pages go back to the system, at once. So what is out and that
 * little is all that is resident, whatever was out before. All but the counters belongs to one thread.
 *
 * <pre>
 *   system --(open)--> slab in use --(its last buffer comes back)--> idle slab --(too many)--> system
 *                           ^                                            |
 *                           +----------------(acquire)-------------------+
 * </pre>
 */
public final class BufferPool {
    /** The smallest buffer. */
    public static final int MIN_BYTES = 4 * 1024;
    /** The largest buffer. */
    public static final int MAX_BYTES = 1024 * 1024;

    /** Enough for the hellos of 256 connections under way at once, for the smallest budget. */
    private static final long MIN_IDLE_BYTES = 1024 * 1024;
    /** Enough for the hellos of 2,000 connections under way at once; more than that is not worth holding on to. */
    private static final long MAX_IDLE_BYTES = 8 * 1024 * 1024;
    /** How much of the budget may lie idle. */
    private static final int IDLE_PART = 32;

    private static final Logger log = LoggerFactory.getLogger(BufferPool.class);

    private final SlabMemory memory;
    private final long budgetBytes;
    private final long idleBytesMax;
    /** The first slab of each size that has something to hand out. */
    private final @Nullable Slab[] open = new Slab[sizeClass(MAX_BYTES) + 1];
    /** Slabs with nothing out, the longest idle first. They have {@link #idleBytesMax} in all, and no more. */
    private final ArrayDeque<Slab> idle = new ArrayDeque<>();

    private long idleSlabBytes;
    /** Resident, in slabs idle or not, and not out. */
    private long touchedBytes;

    private final Counter heldBytes = new Counter();
    private final Counter mappedBytes = new Counter();
    private boolean hasFailed;

    /** @param budgetBytes the most that may be out at once */
    public BufferPool(long budgetBytes) {
        this(budgetBytes, SlabMemory.ofThisSystem());
    }

    BufferPool(long budgetBytes, SlabMemory memory) {
        this.budgetBytes = budgetBytes;
        this.idleBytesMax = Math.clamp(budgetBytes / IDLE_PART, MIN_IDLE_BYTES, MAX_IDLE_BYTES);
        this.memory = memory;
    }

    /**
     * Hands out an empty buffer, or null when the budget is spent, or the system gives no memory.
     *
     * @param bytes least capacity; at most {@link #MAX_BYTES}
     */
    public @Nullable HeldBuffer acquire(int bytes) {
        int sizeClass = sizeClass(bytes);
        if (!hasRoomFor(bytes)) {
            return null;
        }
        Slab slab = open[sizeClass];
        if (slab == null) {
            slab = openSlab(sizeClass);
        }
        return slab == null ? null : take(slab);
    }

    private @Nullable Slab openSlab(int sizeClass) {
        Slab slab = Slab.open(sizeClass, MIN_BYTES << sizeClass, memory);
        if (slab != null) {
            mappedBytes.add(slab.bytes());
            link(slab);
        } else if (!hasFailed) { // once: each of the next clients would say it again
            hasFailed = true;
            log.warn("the system gives no more memory for buffers, after {} bytes", mappedBytes.get());
        }
        return slab;
    }

    private HeldBuffer take(Slab slab) {
        if (slab.isIdle() && idle.remove(slab)) {
            idleSlabBytes -= slab.bytes();
        }
        touchedBytes -= slab.touchedBytes();
        HeldBuffer taken = slab.take();
        touchedBytes += slab.touchedBytes();
        if (slab.isSpent()) {
            unlink(slab);
        }
        taken.out = true;
        taken.bytes().clear();
        heldBytes.add(taken.capacity());
        return taken;
    }

    /** Takes back a buffer that {@link #acquire} gave. Its last holder must not touch it again. */
    public void release(HeldBuffer buffer) {
        if (!buffer.out) {
            throw new IllegalStateException("a buffer comes back once");
        }
        buffer.out = false;
        heldBytes.add(-buffer.capacity());
        Slab slab = buffer.slab;
        if (slab.isSpent()) {
            link(slab);
        }
        slab.putBack(buffer);
        touchedBytes += buffer.capacity();
        if (slab.isIdle()) {
            idle.addLast(slab);
            idleSlabBytes += slab.bytes();
        }
        trim(slab);
    }

    /** Gives back to the system what is too much: whole slabs as long as some are idle, else what came back last. */
    private void trim(Slab last) {
        while (Math.max(touchedBytes, idleSlabBytes) > idleBytesMax && !idle.isEmpty()) {
            closeIdle();
        }
        if (touchedBytes > idleBytesMax && last.isOpen()) {
            touchedBytes -= last.touchedBytes();
            last.cleanLast();
            touchedBytes += last.touchedBytes();
        }
    }

    private void closeIdle() {
        Slab slab = idle.removeFirst();
        unlink(slab);
        idleSlabBytes -= slab.bytes();
        touchedBytes -= slab.touchedBytes();
        mappedBytes.add(-slab.bytes());
        slab.close();
    }

    /** Gives everything back that nobody holds. */
    void close() {
        while (!idle.isEmpty()) {
            closeIdle();
        }
    }

    /**
     * True exactly when more than a quarter of the budget is out, or what a full read leaves over could not be held: from then
     * on as little as possible is to be held.
     */
    public boolean isScarce() {
        return heldBytes.get() > budgetBytes / 4 || !hasRoomToRelay(Worker.BUFFER_BYTES);
    }

    /** Whether the budget has room for a buffer of so many bytes. */
    public boolean hasRoomFor(int bytes) {
        return heldBytes.get() + capacityFor(bytes) <= budgetBytes;
    }

    /** Whether a relay may hold so many bytes more. It has to leave the last quarter of the budget to hellos. */
    public boolean hasRoomToRelay(int bytes) {
        return heldBytes.get() + capacityFor(bytes) <= budgetBytes - budgetBytes / 4;
    }

    /** The most that may be out at once. */
    public long budgetBytes() {
        return budgetBytes;
    }

    /** Bytes of the buffers that are out. Any thread may read it. */
    public Counter heldBytes() {
        return heldBytes;
    }

    /** Bytes of address space: what is out, what lies idle, and what was given back of slabs in use. Any thread may read it. */
    Counter mappedBytes() {
        return mappedBytes;
    }

    /** Bytes that are resident and not out. */
    long touchedBytes() {
        return touchedBytes;
    }

    long idleBytesMax() {
        return idleBytesMax;
    }

    /** The capacity of the buffer that {@link #acquire} gives for so many bytes. */
    public static int capacityFor(int bytes) {
        return MIN_BYTES << sizeClass(bytes);
    }

    /** 0 for up to 4 KiB, 1 for up to 8 KiB, and so on. */
    private static int sizeClass(int bytes) {
        if (bytes > MAX_BYTES) {
            throw new IllegalArgumentException("no buffer holds " + bytes + " bytes, the largest is " + MAX_BYTES);
        }
        return Integer.SIZE - Integer.numberOfLeadingZeros((Math.max(bytes, 1) - 1) / MIN_BYTES);
    }

    // ---- the lists of slabs that have something to hand out ----

    private void link(Slab slab) {
        Slab first = open[slab.sizeClass];
        slab.next = first;
        if (first != null) {
            first.previous = slab;
        }
        open[slab.sizeClass] = slab;
    }

    private void unlink(Slab slab) {
        if (slab.previous == null) {
            open[slab.sizeClass] = slab.next;
        } else {
            slab.previous.next = slab.next;
        }
        if (slab.next != null) {
            slab.next.previous = slab.previous;
        }
        slab.previous = null;
        slab.next = null;
    }
}
