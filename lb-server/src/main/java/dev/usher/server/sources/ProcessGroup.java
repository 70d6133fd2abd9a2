package dev.usher.server.sources;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.invoke.MethodHandle;

/** Ends the processes of a group at once: no process can slip away meanwhile. */
final class ProcessGroup {
    private static final int SIGKILL = 9;
    private static final MethodHandle KILL = kill();

    private ProcessGroup() {}

    @SuppressWarnings("restricted") // the signature matches the function of the C library
    private static MethodHandle kill() {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(
                linker.defaultLookup().findOrThrow("kill"), FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
    }

    /**
     * Ends the group. A group without any process is no fault.
     *
     * @param leader number of the process that began the group
     */
    static void end(long leader) {
        try {
            int _ = (int) KILL.invokeExact((int) -leader, SIGKILL);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable impossible) {
            throw new AssertionError(impossible);
        }
    }
}
