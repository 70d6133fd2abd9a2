package dev.usher.epoll;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A call of a turn's {@link Outputs}, with memory for its bytes. Made once and used again.
 *
 * <pre>
 * FREE ── asked for ──► QUEUED ── given to the kernel ──► IN_FLIGHT ── its answer ──► DONE
 *  ▲                      └────────── called plainly ────────────────────────────────►│
 *  └──────────────────────────────── the answer is taken ─────────────────────────────┘
 * </pre>
 */
final class Output {
    /** Most bytes of a send. Hellos and most answers to hellos are shorter; for more, the call itself costs little. */
    static final int BYTES = 4096;

    enum Kind {
        /** A send that does not wait. */
        SEND,
        /** Events of a descriptor for epoll. */
        WATCH,
        CLOSE,
        /** A send that was called off. */
        NOTHING
    }

    enum State {
        FREE,
        QUEUED,
        IN_FLIGHT,
        DONE
    }

    private final Outputs outputs;
    private final int number;
    private final MemorySegment memory;
    private final ByteBuffer bytes;
    private final long address;

    private Kind kind = Kind.NOTHING;
    private State state = State.FREE;
    private int descriptor;
    private int length;
    private int result;
    private @Nullable SocketOutput sender;

    // A watch:
    private @Nullable EpollKey key;
    private int operation;
    private int watched;
    private int events;

    /**
     * @param number its place among the outputs
     * @param memory of {@link #BYTES}
     */
    Output(Outputs outputs, int number, MemorySegment memory) {
        this.outputs = outputs;
        this.number = number;
        this.memory = memory;
        this.bytes = memory.asByteBuffer();
        this.address = memory.address();
    }

    // ---- the call ----

    /** Takes a copy of the bytes; the buffer stays as it is. */
    void toSend(SocketOutput from, int to, ByteBuffer buffer) {
        become(Kind.SEND, to);
        sender = from;
        length = buffer.remaining();
        bytes.put(0, buffer, buffer.position(), length);
    }

    void toClose(int which) {
        become(Kind.CLOSE, which);
    }

    void toWatch(int epoll, int what, EpollKey which, int forEvents) {
        become(Kind.WATCH, epoll);
        key = which;
        operation = what;
        watched = which.descriptor();
        events = forEvents;
        Syscalls.putEvent(memory, 0, events, which.data());
    }

    private void become(Kind asked, int asOn) {
        if (state != State.FREE) {
            throw new IllegalStateException("an output in use");
        }
        state = State.QUEUED;
        kind = asked;
        descriptor = asOn;
    }

    /** Takes a send back, of which the kernel has not seen a byte. */
    void callOff() {
        if (state != State.QUEUED) {
            throw new IllegalStateException("an output with the kernel");
        }
        kind = Kind.NOTHING;
        sender = null;
    }

    // ---- the answer ----

    void isWithKernel() {
        state = State.IN_FLIGHT;
    }

    /** Tells who has asked. */
    void onAnswer(int answer, Syscalls calls) {
        state = State.DONE;
        result = answer;
        if (sender != null) {
            sender.onAnswer(this, calls); // which has to release it
            return;
        }
        if (key != null) {
            key.onWatchAnswer(answer, events);
        } else if (kind == Kind.CLOSE && Errno.isBeforeClose(answer)) {
            calls.close(descriptor);
        }
        release();
    }

    /** Makes room for another call, since the answer is known. */
    void release() {
        state = State.FREE;
        sender = null;
        key = null;
        outputs.release(this);
    }

    State state() {
        return state;
    }

    /** The kernel's answer: a count, or a negative error. */
    int result() {
        return result;
    }

    /** True if the buffer begins with this many bytes of the send. */
    boolean isStartOf(ByteBuffer buffer, int count) {
        if (buffer.remaining() < count) {
            return false;
        }
        int limit = buffer.limit();
        int different = bytes.clear().limit(count).mismatch(buffer.limit(buffer.position() + count));
        buffer.limit(limit);
        bytes.clear();
        return different < 0;
    }

    // ---- for the kernel ----

    int number() {
        return number;
    }

    Kind kind() {
        return kind;
    }

    int descriptor() {
        return descriptor;
    }

    int length() {
        return length;
    }

    long address() {
        return address;
    }

    int operation() {
        return operation;
    }

    int watched() {
        return watched;
    }
}
