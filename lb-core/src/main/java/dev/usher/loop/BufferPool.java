package dev.usher.loop;

import dev.usher.metrics.Counter;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Buffers of one worker for bytes that must be kept: a hello until the backend answers, and bytes that a slow peer has
 * not taken yet. Sizes are powers of two from 4 KiB to 1 MiB. The smallest holds a usual hello; the largest holds the
 * largest hello in the smallest records, the bytes read along with it, and a PROXY header. A session at rest has no
 * buffer.
 *
 * <p>A budget bounds the buffers handed out, so that stalled peers cannot take all memory, however many. Returned
 * buffers stay for reuse, up to {@link #idleBytesMax}; the pages of the rest go back to the system at once. So resident
 * memory is the buffers in use plus that small reserve, whatever the peak was before. Except for the counters,
 * everything belongs to one thread.
 *
 * <pre>
 *   system --(open)--> slab in use --(last buffer returned)--> idle slab --(above the limit)--> system
 *                           ^                                      |
 *                           +-------------(acquire)----------------+
 * </pre>
 */
public final class BufferPool {
    /** The smallest buffer. */
    public static final int MIN_BYTES = 4 * 1024;
    /** The largest buffer. */
    public static final int MAX_BYTES = 1024 * 1024;

    /** Room for the hellos of 64 simultaneous new connections, however many workers share the budget. */
    private static final long MIN_IDLE_BYTES = 256 * 1024;
    /** Room for the hellos of 2,000 simultaneous new connections; a larger reserve is not worth its memory. */
    private static final long MAX_IDLE_BYTES = 8 * 1024 * 1024;
    /** The share of the budget that may lie idle is 1/32. */
    private static final int IDLE_PART = 32;

    private static final Logger log = LoggerFactory.getLogger(BufferPool.class);

    private final SlabMemory memory;
    private final long budgetBytes;
    private final long idleBytesMax;
    /** The first slab of each size that has a buffer to hand out. */
    private final @Nullable Slab[] open = new Slab[sizeClass(MAX_BYTES) + 1];
    /** Slabs with no buffer in use, the longest idle first; at most {@link #idleBytesMax} in total. */
    private final ArrayDeque<Slab> idle = new ArrayDeque<>();

    private long idleSlabBytes;
    /** Bytes resident but not in use, in idle slabs and in others. */
    private long touchedBytes;

    private final Counter heldBytes = new Counter();
    private final Counter mappedBytes = new Counter();
    private boolean hasFailed;
    private Spare spare = NO_SPARE;

    /** Buffers that are held without need. */
    public interface Spare {
        /** Bytes of these buffers. */
        long bytes();

        /** Gives a buffer back; false if there is none. */
        boolean giveBack();
    }

    private static final Spare NO_SPARE = new Spare() {
        @Override
        public long bytes() {
            return 0;
        }

        @Override
        public boolean giveBack() {
            return false;
        }
    };

    /** @param budgetBytes the most bytes that may be handed out at once */
    public BufferPool(long budgetBytes) {
        this(budgetBytes, SlabMemory.ofThisSystem());
    }

    BufferPool(long budgetBytes, SlabMemory memory) {
        this.budgetBytes = budgetBytes;
        this.idleBytesMax = Math.clamp(budgetBytes / IDLE_PART, MIN_IDLE_BYTES, MAX_IDLE_BYTES);
        this.memory = memory;
    }

    /**
     * Hands out an empty buffer, or null if the budget is spent or the system gives no memory.
     *
     * @param bytes least capacity; at most {@link #MAX_BYTES}
     */
    public @Nullable HeldBuffer acquire(int bytes) {
        int sizeClass = sizeClass(bytes);
        if (!makeRoomFor(bytes)) {
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
        } else if (!hasFailed) { // once: each of the next clients would repeat the line
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

    /** Takes back a buffer that {@link #acquire} gave. The caller must not touch it again. */
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

    /** Returns the excess to the system: whole slabs while any is idle, then the pages of the buffer returned last. */
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

    /** Returns idle slabs to the system; buffers still in use stay valid. */
    void close() {
        while (!idle.isEmpty()) {
            closeIdle();
        }
    }

    /**
     * True exactly when more than half of the budget is in use, or the rest of a full read would find no room: sessions
     * should then hold as little as possible. Spare buffers do not count. Unfinished hellos alone never reach the half.
     */
    public boolean isScarce() {
        return heldBytes.get() - spare.bytes() > budgetBytes / 2 || !hasRoomToRelay(Worker.BUFFER_BYTES);
    }

    /** Names the buffers that can be spared when room is short. */
    public void spareFrom(Spare spare) {
        this.spare = spare;
    }

    /** Whether the budget has room for a buffer of this many bytes, if need be without spare buffers. */
    public boolean makeRoomFor(int bytes) {
        return makeRoom(bytes, budgetBytes);
    }

    /** Like {@link #hasRoomToRelay}, and gives spare buffers back as needed. */
    public boolean makeRoomToRelay(int bytes) {
        return makeRoom(bytes, relayBytes());
    }

    private boolean makeRoom(int bytes, long limit) {
        long most = limit - capacityFor(bytes);
        while (heldBytes.get() > most) { // each step gives a buffer back, so the loop ends
            if (!spare.giveBack()) {
                return false;
            }
        }
        return true;
    }

    /**
     * Whether a relay may hold this many more bytes, if need be without spare buffers. The last quarter of the budget is
     * reserved for hellos.
     */
    public boolean hasRoomToRelay(int bytes) {
        return heldBytes.get() - spare.bytes() + capacityFor(bytes) <= relayBytes();
    }

    private long relayBytes() {
        return budgetBytes - budgetBytes / 4;
    }

    /** The most bytes that may be handed out at once. */
    public long budgetBytes() {
        return budgetBytes;
    }

    /** Bytes of the buffers in use. Any thread may read the counter. */
    public Counter heldBytes() {
        return heldBytes;
    }

    /** Bytes of address space: in use, idle, and discarded parts of open slabs. Any thread may read the counter. */
    Counter mappedBytes() {
        return mappedBytes;
    }

    /** Bytes resident but not in use. */
    long touchedBytes() {
        return touchedBytes;
    }

    long idleBytesMax() {
        return idleBytesMax;
    }

    /** The capacity of the buffer that {@link #acquire} gives for this many bytes. */
    public static int capacityFor(int bytes) {
        return MIN_BYTES << sizeClass(bytes);
    }

    /** The index of a size: 0 for up to 4 KiB, 1 for up to 8 KiB, and so on. */
    private static int sizeClass(int bytes) {
        if (bytes > MAX_BYTES) {
            throw new IllegalArgumentException("no buffer holds " + bytes + " bytes, the largest is " + MAX_BYTES);
        }
        return Integer.SIZE - Integer.numberOfLeadingZeros((Math.max(bytes, 1) - 1) / MIN_BYTES);
    }

    // ---- the lists of slabs with a buffer to hand out ----

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
