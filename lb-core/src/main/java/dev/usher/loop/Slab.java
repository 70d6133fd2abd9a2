package dev.usher.loop;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Memory from the system, cut into buffers of one size. A free buffer is either touched, with resident pages, or clean:
 * never used, or with its pages discarded. Touched buffers go out first.
 */
final class Slab {
    /**
     * A slab of buffers larger than this has just one. A system call for this much costs less than a fault for each
     * page.
     */
    static final int MIN_BYTES = 256 * 1024;

    final int sizeClass;
    private final Arena arena;
    private final MemorySegment memory;
    private final SlabMemory source;
    private final int pieceBytes;
    /** Free buffers that were used before: clean pieces first, then touched pieces; the last touched one goes out first. */
    private final HeldBuffer[] free;

    private int freeCount;
    private int cleanCount;
    private int cut;
    private int out;

    /** Neighbours in the pool's list of slabs with a buffer to hand out. */
    @Nullable
    Slab previous;

    @Nullable
    Slab next;

    private Slab(int sizeClass, int pieceBytes, Arena arena, MemorySegment memory, SlabMemory source) {
        this.sizeClass = sizeClass;
        this.pieceBytes = pieceBytes;
        this.arena = arena;
        this.memory = memory;
        this.source = source;
        this.free = new HeldBuffer[(int) (memory.byteSize() / pieceBytes)];
    }

    /**
     * Opens a slab that belongs to the calling thread alone.
     *
     * @return null if the system gives no memory
     */
    static @Nullable Slab open(int sizeClass, int pieceBytes, SlabMemory source) {
        Arena arena = Arena.ofConfined();
        MemorySegment memory = source.allocate(Math.max(MIN_BYTES, pieceBytes), arena);
        if (memory == null) {
            arena.close();
            return null;
        }
        return new Slab(sizeClass, pieceBytes, arena, memory, source);
    }

    long bytes() {
        return memory.byteSize();
    }

    int pieceBytes() {
        return pieceBytes;
    }

    /** Bytes of free buffers with resident pages. */
    long touchedBytes() {
        return (long) (freeCount - cleanCount) * pieceBytes;
    }

    boolean isOpen() {
        return memory.scope().isAlive();
    }

    /** True exactly when no buffer is in use. */
    boolean isIdle() {
        return out == 0;
    }

    /** True exactly when every buffer is in use. */
    boolean isSpent() {
        return out == free.length;
    }

    /** Hands out a buffer; the slab must not be spent. */
    HeldBuffer take() {
        out++;
        if (freeCount == 0) {
            return cutNext();
        }
        HeldBuffer taken = free[--freeCount];
        cleanCount = Math.min(cleanCount, freeCount);
        return taken;
    }

    private HeldBuffer cutNext() {
        MemorySegment piece = memory.asSlice((long) cut++ * pieceBytes, pieceBytes);
        return new HeldBuffer(this, piece.asByteBuffer());
    }

    void putBack(HeldBuffer buffer) {
        out--;
        free[freeCount++] = buffer;
    }

    /** Discards the pages of the buffer returned last. The buffer stays touched if the system refuses. */
    void cleanLast() {
        HeldBuffer last = free[freeCount - 1];
        if (source.discard(MemorySegment.ofBuffer(last.bytes().clear()))) {
            free[freeCount - 1] = free[cleanCount];
            free[cleanCount++] = last;
        }
    }

    /**
     * Returns the memory to the system. Any access to a buffer then throws, instead of reaching into a newer mapping.
     */
    void close() {
        arena.close();
    }
}
