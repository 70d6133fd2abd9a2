package dev.usher.loop;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import org.jspecify.annotations.Nullable;

/**
 * Anonymous mappings of Linux. Discarded pages return to the system at once; neither the garbage collector nor the C
 * library can keep them. A piece below the page size (4 KiB to 64 KiB) keeps its page until its slab is whole again. The constants hold on every architecture that a JDK 25 runs on.
 */
final class MappedMemory implements SlabMemory {
    private static final int PROT_READ_WRITE = 1 | 2;
    private static final int MAP_PRIVATE_ANONYMOUS = 2 | 0x20;
    private static final long MAP_FAILED = -1;
    private static final int MADV_DONTNEED = 4;
    /** Without this advice, touching one page could make two mebibytes resident. */
    private static final int MADV_NOHUGEPAGE = 15;

    private static final MethodHandle MMAP =
            function("mmap", ADDRESS, ADDRESS, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG);
    private static final MethodHandle MUNMAP = function("munmap", JAVA_INT, ADDRESS, JAVA_LONG);
    private static final MethodHandle MADVISE = function("madvise", JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT);
    private static final MethodHandle GETPAGESIZE = function("getpagesize", JAVA_INT);

    private final int pageBytes = pageBytes();

    @SuppressWarnings("restricted") // the signatures match functions of the C library
    private static MethodHandle function(String name, MemoryLayout result, MemoryLayout... parameters) {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(
                linker.defaultLookup().findOrThrow(name), FunctionDescriptor.of(result, parameters));
    }

    @Override
    @SuppressWarnings("restricted") // the length is the mapping's own, and the arena unmaps it
    public @Nullable MemorySegment allocate(long bytes, Arena arena) {
        MemorySegment mapped = mmap(bytes);
        if (mapped.address() == MAP_FAILED) {
            return null;
        }
        madvise(mapped, bytes, MADV_NOHUGEPAGE); // a kernel without huge pages refuses, which is harmless
        return mapped.reinterpret(bytes, arena, MappedMemory::munmap);
    }

    /** Fails where pages are locked; the pages then stay until the slab is unmapped. */
    @Override
    public boolean discard(MemorySegment part) {
        return part.byteSize() % pageBytes == 0 && madvise(part, part.byteSize(), MADV_DONTNEED) == 0;
    }

    private static MemorySegment mmap(long bytes) {
        try {
            return (MemorySegment)
                    MMAP.invokeExact(MemorySegment.NULL, bytes, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS, -1, 0L);
        } catch (Throwable impossible) {
            throw new AssertionError(impossible);
        }
    }

    private static void munmap(MemorySegment mapped) {
        int failed;
        try {
            failed = (int) MUNMAP.invokeExact(mapped, mapped.byteSize());
        } catch (Throwable impossible) {
            throw new AssertionError(impossible);
        }
        if (failed != 0) { // the unmapped hole would need one more entry in the kernel's table, which is full
            madvise(mapped, mapped.byteSize(), MADV_DONTNEED);
        }
    }

    private static int madvise(MemorySegment part, long bytes, int advice) {
        try {
            return (int) MADVISE.invokeExact(part, bytes, advice);
        } catch (Throwable impossible) {
            throw new AssertionError(impossible);
        }
    }

    private static int pageBytes() {
        try {
            return (int) GETPAGESIZE.invokeExact();
        } catch (Throwable impossible) {
            throw new AssertionError(impossible);
        }
    }
}
