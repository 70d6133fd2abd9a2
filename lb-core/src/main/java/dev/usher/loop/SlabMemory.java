package dev.usher.loop;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/** The source of slabs, and the way back to the system. */
interface SlabMemory {
    /**
     * Allocates memory that lives until {@code arena} is closed.
     *
     * @return null if the system gives none
     */
    @Nullable
    MemorySegment allocate(long bytes, Arena arena);

    /**
     * Returns the pages of a part of a slab to the system. The part stays allocated; its contents are lost.
     *
     * @return false if the system refuses, or the part is too small to hold whole pages
     */
    boolean discard(MemorySegment part);

    /** Mapped on 64-bit Linux; elsewhere from the C library, which decides by itself when to return memory. */
    static SlabMemory ofThisSystem() {
        boolean mapped = System.getProperty("os.name").equals("Linux") && ValueLayout.ADDRESS.byteSize() == Long.BYTES;
        return mapped ? new MappedMemory() : new AllocatedMemory();
    }

    /** Memory of the C library. */
    final class AllocatedMemory implements SlabMemory {
        @Override
        public MemorySegment allocate(long bytes, Arena arena) {
            return arena.allocate(bytes);
        }

        @Override
        public boolean discard(MemorySegment part) {
            return false;
        }
    }
}
