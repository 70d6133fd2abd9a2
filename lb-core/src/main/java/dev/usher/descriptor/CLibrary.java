package dev.usher.descriptor;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * Functions of the C library by one native signature of seven words, since the JDK makes code for each signature: 4 ms of a
 * start. A function leaves words alone that are not its parameters, on every architecture that a JDK 25 runs on, and takes
 * an {@code int} from the lower half of its word.
 */
public final class CLibrary {
    private static final Linker.Option ERRNO = Linker.Option.captureCallState("errno");
    private static final FunctionDescriptor WORDS = FunctionDescriptor.of(
            JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);

    private CLibrary() {}

    /**
     * A function that takes up to seven words. The handle takes memory for {@code errno}, see {@link #errno}, and seven
     * values of type {@code long}. Of a function that returns an {@code int}, only the lower half of the result counts.
     */
    @SuppressWarnings("restricted") // a caller gives the words that the function has parameters for
    public static MethodHandle function(String name) {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), WORDS, ERRNO);
    }

    /** Memory for the error number of a call. */
    public static MemorySegment errno(Arena arena) {
        return arena.allocate(Linker.Option.captureStateLayout());
    }
}
