package dev.usher.descriptor;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * Functions of the C library by one native signature of seven words, since the JDK makes code for each signature: 4 ms of a
 * start. A function leaves further words alone, on every architecture of a JDK 25, and takes an {@code int} from the lower
 * half of a word.
 */
public final class CLibrary {
    private static final Linker.Option ERRNO = Linker.Option.captureCallState("errno");
    private static final FunctionDescriptor WORDS = FunctionDescriptor.of(
            JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);

    private CLibrary() {}

    /**
     * A function of up to seven words. The handle takes memory for {@code errno}, see {@link #errno}, and seven values of type
     * {@code long}. Of an {@code int} as the result, only the lower half counts.
     */
    @SuppressWarnings("restricted") // a caller gives a word for each parameter
    public static MethodHandle function(String name) {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), WORDS, ERRNO);
    }

    /** Memory for the error number of a call. */
    public static MemorySegment errno(Arena arena) {
        return arena.allocate(Linker.Option.captureStateLayout());
    }
}
