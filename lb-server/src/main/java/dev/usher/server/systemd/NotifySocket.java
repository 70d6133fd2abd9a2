package dev.usher.server.systemd;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * Sends datagrams to a Unix domain socket, through the C library of Linux: a JDK has Unix domain streams only. The
 * constants hold on every architecture that a JDK 25 runs on.
 */
final class NotifySocket {
    private static final int AF_UNIX = 1;
    private static final int SOCK_DGRAM_CLOEXEC = 2 | 0x80000;
    private static final int SOL_SOCKET = 1;
    private static final int SO_SNDTIMEO = 21;
    private static final int MSG_NOSIGNAL = 0x4000;
    /** Bytes of a path in {@code sockaddr_un}. */
    private static final int MAX_PATH = 108;
    /** A manager with a full queue is busy for a moment; a longer wait would hold up a reload or the end. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private static final Linker LINKER = Linker.nativeLinker();
    private static final Linker.Option KEEPS_ERRNO = Linker.Option.captureCallState("errno");
    private static final VarHandle ERRNO =
            Linker.Option.captureStateLayout().varHandle(PathElement.groupElement("errno"));

    private static final MethodHandle SOCKET = function("socket", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT);
    private static final MethodHandle SETSOCKOPT =
            function("setsockopt", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
    private static final MethodHandle SENDTO =
            function("sendto", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT);
    private static final MethodHandle CLOSE = function("close", JAVA_INT, JAVA_INT);

    private final byte[] address;

    /**
     * @param address a path, or a name in the abstract namespace after an {@code @}
     * @throws IOException if the address is of another kind, or too long
     */
    NotifySocket(String address) throws IOException {
        byte[] bytes = address.getBytes(StandardCharsets.UTF_8);
        if (!address.startsWith("/") && !(address.startsWith("@") && bytes.length > 1)) {
            throw new IOException("neither a path nor a name after @");
        }
        if (bytes.length >= MAX_PATH) {
            throw new IOException("longer than a socket's address");
        }
        this.address = bytes;
    }

    @SuppressWarnings("restricted") // the signatures match functions of the C library
    private static MethodHandle function(String name, MemoryLayout result, MemoryLayout... parameters) {
        return LINKER.downcallHandle(
                LINKER.defaultLookup().findOrThrow(name), FunctionDescriptor.of(result, parameters), KEEPS_ERRNO);
    }

    /** Sends a datagram. Waits while the receiver's queue is full, up to {@link #PATIENCE}. */
    void send(String message) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment errno = arena.allocate(Linker.Option.captureStateLayout());
            int socket = (int) SOCKET.invokeExact(errno, AF_UNIX, SOCK_DGRAM_CLOEXEC, 0);
            check("socket", socket, errno);
            try {
                send(socket, message, arena, errno);
            } finally {
                int _ = (int) CLOSE.invokeExact(errno, socket);
            }
        } catch (IOException | RuntimeException | Error e) {
            throw e;
        } catch (Throwable impossible) {
            throw new AssertionError(impossible);
        }
    }

    private void send(int socket, String message, Arena arena, MemorySegment errno) throws Throwable {
        MemorySegment patience = arena.allocateFrom(JAVA_LONG, PATIENCE.toSeconds(), 0);
        check(
                "setsockopt",
                (int) SETSOCKOPT.invokeExact(
                        errno, socket, SOL_SOCKET, SO_SNDTIMEO, patience, (int) patience.byteSize()),
                errno);
        MemorySegment bytes = arena.allocateFrom(JAVA_BYTE, message.getBytes(StandardCharsets.UTF_8));
        MemorySegment to = to(arena);
        check(
                "sendto",
                (long) SENDTO.invokeExact(
                        errno, socket, bytes, bytes.byteSize(), MSG_NOSIGNAL, to, (int) to.byteSize()),
                errno);
    }

    /** The {@code sockaddr_un}: without a closing zero, which would be a part of an abstract name. */
    private MemorySegment to(Arena arena) {
        MemorySegment to = arena.allocate(JAVA_SHORT.byteSize() + address.length);
        to.set(JAVA_SHORT, 0, (short) AF_UNIX);
        MemorySegment.copy(address, 0, to, JAVA_BYTE, JAVA_SHORT.byteSize(), address.length);
        if (address[0] == '@') {
            to.set(JAVA_BYTE, JAVA_SHORT.byteSize(), (byte) 0);
        }
        return to;
    }

    private static void check(String call, long result, MemorySegment errno) throws IOException {
        if (result < 0) {
            throw new IOException(call + " failed, errno " + (int) ERRNO.get(errno, 0L));
        }
    }
}
