package dev.usher.loop;

import dev.usher.descriptor.CLibrary;
import java.lang.foreign.Arena;
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

    private static final MethodHandle MMAP = CLibrary.function("mmap");
    private static final MethodHandle MUNMAP = CLibrary.function("munmap");
    private static final MethodHandle MADVISE = CLibrary.function("madvise");
    private static final MethodHandle GETPAGESIZE = CLibrary.function("getpagesize");
    /** Never read: a failure is enough to know. */
    private static final MemorySegment ERRNO = CLibrary.errno(Arena.global());

    private final int pageBytes = (int) call(GETPAGESIZE, 0, 0, 0, 0, 0);

    @Override
    @SuppressWarnings("restricted") // the length is the mapping's own, and the arena unmaps it
    public @Nullable MemorySegment allocate(long bytes, Arena arena) {
        long mapped = call(MMAP, 0, bytes, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS, -1);
        if (mapped == MAP_FAILED) {
            return null;
        }
        madvise(mapped, bytes, MADV_NOHUGEPAGE); // a kernel without huge pages refuses, which is harmless
        return MemorySegment.ofAddress(mapped).reinterpret(bytes, arena, MappedMemory::munmap);
    }

    /** Fails where pages are locked; the pages then stay until the slab is unmapped. */
    @Override
    public boolean discard(MemorySegment part) {
        return part.byteSize() % pageBytes == 0 && madvise(part.address(), part.byteSize(), MADV_DONTNEED) == 0;
    }

    private static void munmap(MemorySegment mapped) {
        int failed = (int) call(MUNMAP, mapped.address(), mapped.byteSize(), 0, 0, 0);
        if (failed != 0) { // the unmapped hole would need one more entry in the kernel's table, which is full
            madvise(mapped.address(), mapped.byteSize(), MADV_DONTNEED);
        }
    }

    private static int madvise(long address, long bytes, int advice) {
        return (int) call(MADVISE, address, bytes, advice, 0, 0);
    }

    private static long call(MethodHandle function, long a, long b, long c, long d, long e) {
        try {
            return (long) function.invokeExact(ERRNO, a, b, c, d, e, 0L, 0L);
        } catch (Throwable impossible) {
            throw new AssertionError(impossible);
        }
    }
}
