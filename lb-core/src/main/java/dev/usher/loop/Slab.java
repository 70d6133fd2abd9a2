package dev.usher.loop;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Memory from the system, cut into buffers of one size. A free buffer is touched, so that its pages are resident, or
 * clean: never used, or with its pages given back. Touched ones go out first.
 */
final class Slab {
    /** A slab of larger buffers has one of them. A system call for as much costs less than a page fault for each page. */
    static final int MIN_BYTES = 256 * 1024;

    final int sizeClass;
    private final Arena arena;
    private final MemorySegment memory;
    private final SlabMemory source;
    private final int pieceBytes;
    /** Free buffers that were out before: clean ones first, then touched ones, of which the last goes out first. */
    private final HeldBuffer[] free;

    private int freeCount;
    private int cleanCount;
    private int cut;
    private int out;

    /** Neighbours in the pool's list of slabs with something to hand out. */
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
     * A new one for the thread that calls, and no other.
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

    /** Bytes that are resident and nobody's. */
    long touchedBytes() {
        return (long) (freeCount - cleanCount) * pieceBytes;
    }

    boolean isOpen() {
        return memory.scope().isAlive();
    }

    /** True exactly when nothing is out. */
    boolean isIdle() {
        return out == 0;
    }

    /** True exactly when all is out. */
    boolean isSpent() {
        return out == free.length;
    }

    /** Hands out one. Not if it is spent. */
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

    /** Gives the pages of the last one that came back to the system. It stays touched where that cannot be. */
    void cleanLast() {
        HeldBuffer last = free[freeCount - 1];
        if (source.discard(MemorySegment.ofBuffer(last.bytes().clear()))) {
            free[freeCount - 1] = free[cleanCount];
            free[cleanCount++] = last;
        }
    }

    /** Gives all of it back to the system. A buffer of it fails from then on, rather than reach into what others map there. */
    void close() {
        arena.close();
    }
}
