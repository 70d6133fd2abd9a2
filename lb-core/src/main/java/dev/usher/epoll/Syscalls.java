package dev.usher.epoll;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import dev.usher.descriptor.CLibrary;
import dev.usher.descriptor.KernelAddress;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.net.SocketAddress;
import java.nio.ByteBuffer;

/**
 * System calls of one thread at a time, with memory for arguments. Each goes through {@code syscall(2)} of the C library. A negative result is the negated error number, see {@link Errno}.
 *
 * <p>Calls are plain, not critical: a {@code send} may run a peer's receive path for many microseconds, and a critical
 * call would hold up every safepoint for as long.
 */
final class Syscalls {
    private static final MethodHandle SYSCALL = CLibrary.function("syscall");
    private static final int SOCK_STREAM = 1;
    private static final int NONBLOCK = 0x800;
    private static final int CLOEXEC = 0x80000;
    private static final int NONBLOCK_CLOEXEC = NONBLOCK | CLOEXEC;
    private static final int GET_FLAGS = 3;
    private static final int SET_FLAGS = 4;
    /** No signal, and no wait. */
    static final int SEND_FLAGS = 0x4000 | 0x40;

    private static final int SOL_SOCKET = 1;
    private static final int SO_LINGER = 13;
    private static final int REGISTER_PROBE = 8;
    private static final int ENTER_GETEVENTS = 1;
    private static final int PROT_READ_WRITE = 3;
    private static final int MAP_SHARED_POPULATE = 0x8001;

    /** Most bytes of a heap buffer in one call: alerts, replies and heads are shorter. */
    private static final int HEAP_BYTES = 64 * 1024;

    // Places in the scratch memory.
    private static final int ADDRESS = 0;
    private static final int LENGTH = KernelAddress.MAX_BYTES;
    private static final int VALUE = LENGTH + 8;
    private static final int EVENT = VALUE + 8;
    private static final int SCRATCH_BYTES = EVENT + 16;

    private static final ThreadLocal<Syscalls> OF_THREAD = ThreadLocal.withInitial(Syscalls::new);

    private final Arena arena = Arena.ofAuto();
    /** {@code errno} of the C library after a call. */
    private final MemorySegment state = CLibrary.errno(arena);

    private final MemorySegment scratch = arena.allocate(SCRATCH_BYTES, Long.BYTES);
    private final long scratchAt = scratch.address();
    /** For bytes of heap buffers; empty until the first. */
    private MemorySegment heap = MemorySegment.NULL;

    /** The last direct buffer and its address: a worker uses the same buffer for most calls. */
    private ByteBuffer lastBuffer = ByteBuffer.allocateDirect(0);

    private long lastAddress;

    /** For channels that no selector has. */
    static Syscalls ofThread() {
        return OF_THREAD.get();
    }

    private long call(long number, long a, long b, long c, long d, long e, long f) {
        try {
            long result = (long) SYSCALL.invokeExact(state, number, a, b, c, d, e, f);
            return result == -1 ? -state.get(JAVA_INT, 0) : result;
        } catch (Throwable impossible) {
            throw new AssertionError(impossible);
        }
    }

    private int call(long number, long a, long b, long c) {
        return (int) call(number, a, b, c, 0, 0, 0);
    }

    // ---- sockets ----

    /** A non-blocking stream socket. */
    int socket(int family) {
        return call(Kernel.SOCKET, family, SOCK_STREAM | NONBLOCK_CLOEXEC, 0);
    }

    int bind(int descriptor, SocketAddress address) {
        return call(Kernel.BIND, descriptor, scratchAt + ADDRESS, KernelAddress.write(address, scratch));
    }

    int listen(int descriptor, int backlog) {
        return call(Kernel.LISTEN, descriptor, backlog, 0);
    }

    /** The descriptor of a non-blocking connection; {@link #address} is the peer's then. */
    int accept(int descriptor) {
        scratch.set(JAVA_INT, LENGTH, KernelAddress.MAX_BYTES);
        return (int) call(Kernel.ACCEPT4, descriptor, scratchAt + ADDRESS, scratchAt + LENGTH, NONBLOCK_CLOEXEC, 0, 0);
    }

    /** Begins to connect, or says how far that is: 0 is connected, see {@link Errno#ALREADY}. */
    int connect(int descriptor, SocketAddress peer) {
        return call(Kernel.CONNECT, descriptor, scratchAt + ADDRESS, KernelAddress.write(peer, scratch));
    }

    /** Asks for the local address, which {@link #address} is then. */
    int localAddress(int descriptor) {
        scratch.set(JAVA_INT, LENGTH, KernelAddress.MAX_BYTES);
        return call(Kernel.GETSOCKNAME, descriptor, scratchAt + ADDRESS, scratchAt + LENGTH);
    }

    /** Address that {@link #accept} or {@link #localAddress} has left. */
    SocketAddress address() {
        return KernelAddress.read(scratch, scratch.get(JAVA_INT, LENGTH));
    }

    int shutdown(int descriptor, int how) {
        return call(Kernel.SHUTDOWN, descriptor, how, 0);
    }

    int close(int descriptor) {
        return call(Kernel.CLOSE, descriptor, 0, 0);
    }

    void setNonBlocking(int descriptor) {
        int flags = call(Kernel.FCNTL, descriptor, GET_FLAGS, 0);
        call(Kernel.FCNTL, descriptor, SET_FLAGS, flags | NONBLOCK);
    }

    int setOption(int descriptor, int level, int name, int value) {
        scratch.set(JAVA_INT, VALUE, value);
        return setOption(descriptor, level, name, VALUE, Integer.BYTES);
    }

    /** {@code SO_LINGER}; a negative time turns it off. */
    int setLinger(int descriptor, int seconds) {
        scratch.set(JAVA_INT, VALUE, seconds < 0 ? 0 : 1);
        scratch.set(JAVA_INT, VALUE + Integer.BYTES, Math.max(0, seconds));
        return setOption(descriptor, SOL_SOCKET, SO_LINGER, VALUE, 2 * Integer.BYTES);
    }

    private int setOption(int descriptor, int level, int name, int at, int bytes) {
        return (int) call(Kernel.SETSOCKOPT, descriptor, level, name, scratchAt + at, bytes, 0);
    }

    /** An option's value, which is never negative, or an error. */
    int option(int descriptor, int level, int name) {
        scratch.set(JAVA_INT, LENGTH, Integer.BYTES);
        int failed = (int) call(Kernel.GETSOCKOPT, descriptor, level, name, scratchAt + VALUE, scratchAt + LENGTH, 0);
        return failed < 0 ? failed : scratch.get(JAVA_INT, VALUE);
    }

    // ---- bytes ----

    /** The bytes of the buffer that one call reads or sends at most. */
    static int mostOf(ByteBuffer buffer) {
        return buffer.isDirect() ? buffer.remaining() : Math.min(buffer.remaining(), HEAP_BYTES);
    }

    /** Reads into the buffer and moves its position; 0 is the end of the stream. */
    int receive(int descriptor, ByteBuffer to) {
        if (!to.isDirect()) {
            return receiveInHeap(descriptor, to);
        }
        int received = receive(descriptor, address(to) + to.position(), to.remaining());
        if (received > 0) {
            to.position(to.position() + received);
        }
        return received;
    }

    private int receiveInHeap(int descriptor, ByteBuffer to) {
        MemorySegment bytes = heap();
        int received = receive(descriptor, bytes.address(), mostOf(to));
        if (received > 0) {
            to.put(bytes.asSlice(0, received).asByteBuffer());
        }
        return received;
    }

    private int receive(int descriptor, long at, int bytes) {
        return (int) call(Kernel.RECVFROM, descriptor, at, bytes, 0, 0, 0);
    }

    /** Sends from the buffer and moves its position. */
    int send(int descriptor, ByteBuffer from) {
        if (!from.isDirect()) {
            return sendFromHeap(descriptor, from);
        }
        int sent = send(descriptor, address(from) + from.position(), from.remaining());
        if (sent > 0) {
            from.position(from.position() + sent);
        }
        return sent;
    }

    private int sendFromHeap(int descriptor, ByteBuffer from) {
        int bytes = mostOf(from);
        MemorySegment copy = heap();
        copy.asByteBuffer().put(0, from, from.position(), bytes);
        int sent = send(descriptor, copy.address(), bytes);
        if (sent > 0) {
            from.position(from.position() + sent);
        }
        return sent;
    }

    private int send(int descriptor, long at, int bytes) {
        return (int) call(Kernel.SENDTO, descriptor, at, bytes, SEND_FLAGS, 0, 0);
    }

    private MemorySegment heap() {
        if (heap.byteSize() == 0) {
            heap = arena.allocate(HEAP_BYTES, Long.BYTES);
        }
        return heap;
    }

    /** Where the memory of a direct buffer begins. Remembered for the last buffer: the question makes an object. */
    @SuppressWarnings("ReferenceEquality") // another buffer with the same bytes has another address
    private long address(ByteBuffer direct) {
        if (direct != lastBuffer) {
            lastAddress = MemorySegment.ofBuffer(direct).address() - direct.position();
            lastBuffer = direct;
        }
        return lastAddress;
    }

    // ---- epoll ----

    int epollCreate() {
        return call(Kernel.EPOLL_CREATE1, CLOEXEC, 0, 0);
    }

    int eventDescriptor() {
        return call(Kernel.EVENTFD2, 0, NONBLOCK_CLOEXEC, 0);
    }

    int epollControl(int epoll, int operation, int descriptor, int events, long data) {
        putEvent(scratch, EVENT, events, data);
        return (int) call(Kernel.EPOLL_CTL, epoll, operation, descriptor, scratchAt + EVENT, 0, 0);
    }

    static void putEvent(MemorySegment memory, long at, int events, long data) {
        memory.set(JAVA_INT, at, events);
        memory.set(JAVA_LONG_UNALIGNED, at + Kernel.EVENT_DATA, data);
    }

    /** Waits for events; a negative time has no end. */
    int epollWait(int epoll, MemorySegment events, int most, int millis) {
        return (int) call(Kernel.EPOLL_PWAIT, epoll, events.address(), most, millis, 0, 0);
    }

    /** Memory for events; lives as long as this object. */
    MemorySegment events(int most) {
        return memory((long) most * Kernel.EVENT_BYTES);
    }

    /** Memory of zeros; lives as long as this object. */
    MemorySegment memory(long bytes) {
        return arena.allocate(bytes, Long.BYTES);
    }

    static int eventMask(MemorySegment events, int index) {
        return events.get(JAVA_INT_UNALIGNED, (long) index * Kernel.EVENT_BYTES);
    }

    static long eventData(MemorySegment events, int index) {
        return events.get(JAVA_LONG_UNALIGNED, (long) index * Kernel.EVENT_BYTES + Kernel.EVENT_DATA);
    }

    /** Makes an event descriptor readable. */
    void ring(int eventDescriptor) {
        scratch.set(JAVA_LONG, VALUE, 1);
        call(Kernel.WRITE, eventDescriptor, scratchAt + VALUE, Long.BYTES);
    }

    /** Makes an event descriptor unreadable again. */
    void silence(int eventDescriptor) {
        call(Kernel.READ, eventDescriptor, scratchAt + VALUE, Long.BYTES);
    }

    // ---- outputs of a turn ----

    /** Does an output as a call of its own. */
    int perform(Output output) {
        return switch (output.kind()) {
            case SEND -> send(output.descriptor(), output.address(), output.length());
            case WATCH ->
                (int) call(
                        Kernel.EPOLL_CTL,
                        output.descriptor(),
                        output.operation(),
                        output.watched(),
                        output.address(),
                        0,
                        0);
            case CLOSE -> close(output.descriptor());
            case NOTHING -> 0;
        };
    }

    int ringSetup(int entries, MemorySegment parameters) {
        return call(Kernel.IO_URING_SETUP, entries, parameters.address(), 0);
    }

    int ringProbe(int ring, MemorySegment probe, int operations) {
        return (int) call(Kernel.IO_URING_REGISTER, ring, REGISTER_PROBE, probe.address(), operations, 0, 0);
    }

    /** Gives entries to the kernel, and waits for answers; the result is the number of entries taken. */
    int ringEnter(int ring, int entries, int answers) {
        return (int) call(Kernel.IO_URING_ENTER, ring, entries, answers, answers > 0 ? ENTER_GETEVENTS : 0, 0, 0);
    }

    /** Memory that is shared with a descriptor: its address, or an error. */
    long map(int descriptor, long bytes, long offset) {
        return call(Kernel.MMAP, 0, bytes, PROT_READ_WRITE, MAP_SHARED_POPULATE, descriptor, offset);
    }

    void unmap(long address, long bytes) {
        call(Kernel.MUNMAP, address, bytes, 0);
    }
}
