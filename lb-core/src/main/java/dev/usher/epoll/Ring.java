package dev.usher.epoll;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;

/**
 * A ring of io_uring, see {@code io_uring_enter(2)}: many calls for one entry into the kernel. Only calls that do not wait: their
 * answers are there when the entry is over, but for a call that the kernel has put aside. One thread at a time.
 *
 * <p>Tests bring faults in by {@link #add} and {@link #enter}.
 */
class Ring {
    /** Most calls in one entry, and calls that wait for their answers. */
    static final int ENTRIES = 256;

    /** The rest is given to the kernel though an entry is refused. */
    private static final int SUBMIT_ALL = 1 << 7;
    /** No interrupt for an answer: the thread is in the kernel soon. */
    private static final int COOPERATIVE = 1 << 8;
    /** Both rings are in one piece of memory. */
    private static final int SINGLE_MMAP = 1;

    // struct io_uring_params
    private static final int PARAMS_BYTES = 120;
    private static final int CALL_COUNT = 0;
    private static final int ANSWER_COUNT = 4;
    private static final int FLAGS = 8;
    private static final int FEATURES = 20;
    private static final int CALL_OFFSETS = 40;
    private static final int ANSWER_OFFSETS = 80;

    // Offsets of both rings.
    private static final int HEAD = 0;
    private static final int TAIL = 4;
    private static final int MASK = 8;
    private static final int NUMBERS = 24;
    private static final int ANSWERS = 20;

    private static final long ENTRIES_AT = 0x1000_0000L;

    // struct io_uring_sqe
    private static final int CALL_BYTES = 64;
    private static final int CALL_OPERATION = 0;
    private static final int CALL_DESCRIPTOR = 4;
    private static final int CALL_OFFSET = 8;
    private static final int CALL_ADDRESS = 16;
    private static final int CALL_LENGTH = 24;
    private static final int CALL_OPERATION_FLAGS = 28;
    private static final int CALL_NUMBER = 32;

    // struct io_uring_cqe
    private static final int ANSWER_BYTES = 16;
    private static final int ANSWER_RESULT = 8;

    private static final int NOP = 0;
    private static final int CLOSE = 19;
    private static final int SEND = 26;
    private static final int EPOLL_CTL = 29;
    private static final int[] OPERATIONS = {NOP, CLOSE, SEND, EPOLL_CTL};
    private static final int PROBED_OPERATIONS = 32;
    private static final int PROBE_HEAD_BYTES = 16;
    private static final int PROBE_BYTES = 8;
    private static final int PROBE_FLAGS = 2;

    private static final VarHandle SHARED = JAVA_INT.varHandle();

    private final Syscalls calls;
    private final int descriptor;
    private final MemorySegment entries;
    private final MemorySegment shared;
    private final long callHead;
    private final long callTail;
    private final int callMask;
    private final long answerHead;
    private final long answerTail;
    private final int answerMask;
    private final long answers;
    private int tail;

    /** @throws IOException if the system refuses; the message says why */
    Ring(Syscalls calls) throws IOException {
        this.calls = calls;
        MemorySegment params = calls.memory(PARAMS_BYTES);
        params.set(JAVA_INT, FLAGS, SUBMIT_ALL | COOPERATIVE);
        descriptor = orRefused(calls.ringSetup(ENTRIES, params));
        try {
            probe();
            if ((params.get(JAVA_INT, FEATURES) & SINGLE_MMAP) == 0) {
                throw new IOException("io_uring is too old");
            }
            int callCount = params.get(JAVA_INT, CALL_COUNT);
            long numbers = offset(params, CALL_OFFSETS + NUMBERS);
            answers = offset(params, ANSWER_OFFSETS + ANSWERS);
            shared = map(
                    Math.max(
                            numbers + (long) callCount * Integer.BYTES,
                            answers + (long) params.get(JAVA_INT, ANSWER_COUNT) * ANSWER_BYTES),
                    0);
            entries = mapEntries((long) callCount * CALL_BYTES);
            for (int i = 0; i < callCount; i++) {
                shared.set(JAVA_INT, numbers + (long) i * Integer.BYTES, i);
            }
        } catch (IOException | RuntimeException e) {
            calls.close(descriptor);
            throw e;
        }
        callHead = offset(params, CALL_OFFSETS + HEAD);
        callTail = offset(params, CALL_OFFSETS + TAIL);
        callMask = shared.get(JAVA_INT, offset(params, CALL_OFFSETS + MASK));
        answerHead = offset(params, ANSWER_OFFSETS + HEAD);
        answerTail = offset(params, ANSWER_OFFSETS + TAIL);
        answerMask = shared.get(JAVA_INT, offset(params, ANSWER_OFFSETS + MASK));
        tail = shared.get(JAVA_INT, callTail);
    }

    private static long offset(MemorySegment params, int at) {
        return Integer.toUnsignedLong(params.get(JAVA_INT, at));
    }

    private static int orRefused(int result) throws IOException {
        if (result < 0) {
            throw new IOException("io_uring: " + Errno.text(-result));
        }
        return result;
    }

    private void probe() throws IOException {
        MemorySegment probe = calls.memory(PROBE_HEAD_BYTES + PROBED_OPERATIONS * PROBE_BYTES);
        orRefused(calls.ringProbe(descriptor, probe, PROBED_OPERATIONS));
        for (int operation : OPERATIONS) {
            if (probe.get(JAVA_SHORT, PROBE_HEAD_BYTES + operation * PROBE_BYTES + PROBE_FLAGS) == 0) {
                throw new IOException("io_uring has no operation " + operation);
            }
        }
    }

    /** Maps the second piece of memory; a refusal frees the first. */
    private MemorySegment mapEntries(long bytes) throws IOException {
        try {
            return map(bytes, ENTRIES_AT);
        } catch (IOException refused) {
            unmap(shared);
            throw refused;
        }
    }

    @SuppressWarnings("restricted") // the kernel has mapped as many bytes
    private MemorySegment map(long bytes, long offset) throws IOException {
        long address = calls.map(descriptor, bytes, offset);
        orRefused((int) Math.min(address, 0));
        return MemorySegment.ofAddress(address).reinterpret(bytes);
    }

    /** Readable when an answer has come. */
    final int descriptor() {
        return descriptor;
    }

    /** Puts a call where the next {@link #submit} finds it. */
    void add(Output output) {
        add(output, output.length(), 0);
    }

    /** @param flags {@code IOSQE_ASYNC} for one */
    final void add(Output output, int length, int flags) {
        switch (output.kind()) {
            case SEND -> add(SEND, flags, output, 0, output.address(), length, Syscalls.SEND_FLAGS);
            case WATCH -> add(EPOLL_CTL, flags, output, output.watched(), output.address(), output.operation(), 0);
            case CLOSE -> add(CLOSE, flags, output, 0, 0, 0, 0);
            case NOTHING -> add(NOP, flags, output, 0, 0, 0, 0);
        }
    }

    private void add(int operation, int flags, Output output, long offset, long address, int length, int more) {
        long at = (long) (tail++ & callMask) * CALL_BYTES; // the rest of an entry stays zero
        entries.set(JAVA_INT, at + CALL_OPERATION, operation | flags << Byte.SIZE);
        entries.set(JAVA_INT, at + CALL_DESCRIPTOR, output.descriptor());
        entries.set(JAVA_LONG, at + CALL_OFFSET, offset);
        entries.set(JAVA_LONG, at + CALL_ADDRESS, address);
        entries.set(JAVA_INT, at + CALL_LENGTH, length);
        entries.set(JAVA_INT, at + CALL_OPERATION_FLAGS, more);
        entries.set(JAVA_LONG, at + CALL_NUMBER, output.number());
    }

    /**
     * Gives what was added to the kernel.
     *
     * @return how many of the {@code count} calls the kernel has taken, the first ones; the rest is forgotten
     */
    final int submit(int count) {
        int first = tail - count;
        SHARED.setRelease(shared, callTail, tail);
        enter(count, 0);
        int taken = (int) SHARED.getAcquire(shared, callHead) - first;
        tail = first + taken;
        SHARED.setRelease(shared, callTail, tail);
        return taken;
    }

    /** Waits for an answer. */
    final void await() {
        enter(0, 1);
    }

    int enter(int entering, int leaving) {
        return calls.ringEnter(descriptor, entering, leaving);
    }

    /** Notes the kernel's answers; returns their number. */
    final int takeAnswers(Output[] outputs, Outputs to) {
        int head = shared.get(JAVA_INT, answerHead);
        int end = (int) SHARED.getAcquire(shared, answerTail);
        int count = end - head;
        for (; head != end; head++) {
            long at = answers + (long) (head & answerMask) * ANSWER_BYTES;
            to.onAnswer(outputs[(int) shared.get(JAVA_LONG, at)], shared.get(JAVA_INT, at + ANSWER_RESULT));
        }
        SHARED.setRelease(shared, answerHead, head);
        return count;
    }

    final void close() {
        unmap(entries);
        unmap(shared);
        calls.close(descriptor);
    }

    private void unmap(MemorySegment mapped) {
        calls.unmap(mapped.address(), mapped.byteSize());
    }
}
