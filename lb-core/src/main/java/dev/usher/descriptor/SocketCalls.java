package dev.usher.descriptor;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Calls of the C library about the sockets of this process, by descriptor. The class is loaded at the
 * first given socket: most processes have none. The constants hold on every architecture that a JDK 25 runs on.
 */
final class SocketCalls {
    private static final int SOL_SOCKET = 1;
    private static final int SO_TYPE = 3;
    private static final int SOCK_STREAM = 1;
    private static final int SO_PEERCRED = 17;
    private static final int SO_ACCEPTCONN = 30;
    /** Bytes of {@code ucred}, the largest. */
    private static final int MAX_OPTION = 12;

    private static final int O_CLOEXEC = 0x80000;

    private static final MethodHandle GETSOCKNAME = function("getsockname", JAVA_INT, JAVA_INT, ADDRESS, ADDRESS);
    private static final MethodHandle GETSOCKOPT =
            function("getsockopt", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, ADDRESS);
    private static final MethodHandle DUP3 = function("dup3", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT);
    private static final MethodHandle CLOSE = function("close", JAVA_INT, JAVA_INT);

    private SocketCalls() {}

    @SuppressWarnings("restricted") // the signatures match functions of the C library
    static MethodHandle function(String name, MemoryLayout result, MemoryLayout... parameters) {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(
                linker.defaultLookup().findOrThrow(name), FunctionDescriptor.of(result, parameters));
    }

    /** The descriptors of this process, sockets or not. */
    static List<Integer> descriptors() throws IOException {
        List<Integer> all = new ArrayList<>();
        try (DirectoryStream<Path> open = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
            open.forEach(each -> all.add(Integer.valueOf(String.valueOf(each.getFileName()))));
        }
        return all;
    }

    /** True if connections can be accepted from the descriptor. */
    static boolean listens(int descriptor) {
        return option(descriptor, SO_ACCEPTCONN) == 1 && option(descriptor, SO_TYPE) == SOCK_STREAM;
    }

    /** The local address; null if the descriptor is no socket of the internet, and no unix socket with a path. */
    static @Nullable SocketAddress address(int descriptor) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment name = arena.allocate(KernelAddress.MAX_BYTES, Integer.BYTES);
            MemorySegment length = arena.allocateFrom(JAVA_INT, KernelAddress.MAX_BYTES);
            if ((int) GETSOCKNAME.invokeExact(descriptor, name, length) != 0) {
                return null;
            }
            return switch (name.get(JAVA_SHORT, 0)) {
                case KernelAddress.INET, KernelAddress.INET6, KernelAddress.UNIX ->
                    named(KernelAddress.read(name, Math.min(length.get(JAVA_INT, 0), KernelAddress.MAX_BYTES)));
                default -> null;
            };
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable impossible) {
            throw new AssertionError(impossible);
        }
    }

    private static @Nullable SocketAddress named(SocketAddress address) {
        boolean hasNoPath = address instanceof UnixDomainSocketAddress file
                && file.getPath().toString().isEmpty();
        return hasNoPath ? null : address;
    }

    /** Number of the process at the other end of a connection; -1 if unknown. */
    static int peer(int descriptor) {
        return option(descriptor, SO_PEERCRED);
    }

    /** The value of an option of the socket, or the first number of the value; -1 without the option. */
    private static int option(int descriptor, int name) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment value = arena.allocate(MAX_OPTION, Integer.BYTES);
            MemorySegment length = arena.allocateFrom(JAVA_INT, MAX_OPTION);
            int failed = (int) GETSOCKOPT.invokeExact(descriptor, SOL_SOCKET, name, value, length);
            return failed == 0 ? value.get(JAVA_INT, 0) : -1;
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable impossible) {
            throw new AssertionError(impossible);
        }
    }

    /** Makes a descriptor mean the socket of a second descriptor; closes the socket meant before. */
    static boolean replace(int descriptor, int by) {
        try {
            return (int) DUP3.invokeExact(by, descriptor, O_CLOEXEC) == descriptor;
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable impossible) {
            throw new AssertionError(impossible);
        }
    }

    static void close(int descriptor) {
        try {
            int _ = (int) CLOSE.invokeExact(descriptor);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable impossible) {
            throw new AssertionError(impossible);
        }
    }
}
