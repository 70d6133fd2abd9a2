package dev.usher.loop;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/** Where slabs come from, and how they are given back to the system. */
interface SlabMemory {
    /**
     * Memory that is gone when {@code arena} is closed.
     *
     * @return null if the system gives none
     */
    @Nullable
    MemorySegment allocate(long bytes, Arena arena);

    /**
     * Gives back the pages of a part of a slab, which stays allocated and has other bytes from then on.
     *
     * @return false if nothing can be given back of so small a part
     */
    boolean discard(MemorySegment part);

    /** Mapped on Linux with 64 bits; elsewhere from the C library, which gives back what it likes. */
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
