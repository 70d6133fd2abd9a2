package dev.usher.epoll;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Calls of a selector's turn to send, to watch and to close, given to the kernel at once. A send counts only when the
 * kernel has answered: until then its bytes are the caller's, as if the socket had no room, see {@link SocketOutput}.
 *
 * <p>Belongs to the selector's thread. Few calls are made plainly, and so is each call for which there is no room here.
 */
final class Outputs {
    /** Makes the outputs of a selector. */
    interface Maker {
        /**
         * Opens a ring for the outputs.
         *
         * @throws IOException if the system refuses; the message says why
         */
        Outputs open(Syscalls calls) throws IOException;
    }

    private static final ThreadLocal<Turn> TURN = ThreadLocal.withInitial(Turn::new);

    /** The outputs that take part in the turn of this thread. */
    private static final class Turn {
        @Nullable
        Outputs outputs;
    }

    private final Syscalls calls;
    private final Ring ring;
    private final Together together;
    private final Output[] all = new Output[Ring.ENTRIES];
    private final Output[] free = new Output[Ring.ENTRIES];
    private int frees;
    private final Output[] queue = new Output[Ring.ENTRIES];
    private int queued;
    /** Calls that the kernel has taken and not answered. */
    private int inFlight;
    /** Watches without an answer. */
    private int watches;

    Outputs(Syscalls calls, Ring ring, Together together) {
        this.calls = calls;
        this.ring = ring;
        this.together = together;
        MemorySegment memory = calls.memory((long) Ring.ENTRIES * Output.BYTES);
        for (int i = 0; i < Ring.ENTRIES; i++) {
            all[i] = new Output(this, i, memory.asSlice((long) i * Output.BYTES, Output.BYTES));
            free[i] = all[i];
        }
        frees = Ring.ENTRIES;
    }

    // ---- a turn ----

    /** Begins a turn in which sockets give their outputs here, if there are more than a few of them. */
    void begin(int readyKeys) {
        if (readyKeys >= together.fewest()) {
            TURN.get().outputs = this;
        }
    }

    static void end() {
        TURN.get().outputs = null;
    }

    /** The outputs of the turn that runs on this thread; null outside of a turn, and in a turn of few. */
    static @Nullable Outputs ofTurn() {
        return TURN.get().outputs;
    }

    // ---- calls ----

    /**
     * Takes a copy of bytes to send; null if there is no room.
     *
     * @param earlier sends of the socket here
     */
    @Nullable
    Output send(SocketOutput from, int descriptor, int earlier, ByteBuffer bytes) {
        boolean fits = earlier < together.sends() && bytes.remaining() <= Output.BYTES;
        Output output = fits ? next() : null;
        if (output != null) {
            output.toSend(from, descriptor, bytes);
        }
        return output;
    }

    /** False if there is no room. */
    boolean close(int descriptor) {
        Output output = next();
        if (output != null) {
            output.toClose(descriptor);
        }
        return output != null;
    }

    /** False if there is no room. */
    boolean watch(int epoll, int operation, EpollKey key, int events) {
        Output output = next();
        if (output != null) {
            watches++;
            output.toWatch(epoll, operation, key, events);
        }
        return output != null;
    }

    private @Nullable Output next() {
        if (frees == 0) {
            return null;
        }
        Output output = free[--frees];
        queue[queued++] = output;
        return output;
    }

    void release(Output output) {
        free[frees++] = output;
    }

    // ---- the kernel ----

    /** Does all that was asked for, and notes the answers. */
    void submit() {
        if (queued > 0) {
            giveToKernel();
        }
        takeAnswers();
        while (watches > 0) { // as a call would have waited: their descriptors may be closed in the next turn
            ring.await();
            takeAnswers();
        }
    }

    private void takeAnswers() {
        if (inFlight > 0) {
            inFlight -= ring.takeAnswers(all, this);
        }
    }

    private void giveToKernel() {
        int count = queued;
        queued = 0;
        int taken = count < together.fewest() ? 0 : enter(count);
        for (int i = taken; i < count; i++) {
            onAnswer(queue[i], calls.perform(queue[i]));
        }
    }

    /** Returns how many calls the kernel has taken: all, unless it lacks memory. */
    private int enter(int count) {
        for (int i = 0; i < count; i++) {
            ring.add(queue[i]);
        }
        int taken = ring.submit(count);
        for (int i = 0; i < taken; i++) {
            queue[i].isWithKernel();
        }
        inFlight += taken;
        return taken;
    }

    void onAnswer(Output output, int result) {
        if (output.kind() == Output.Kind.WATCH) {
            watches--;
        }
        output.onAnswer(result, calls);
    }

    /** True while the kernel has put a call aside: {@link Ring#descriptor} tells of its answer. */
    boolean hasUnanswered() {
        return inFlight > 0;
    }

    int descriptor() {
        return ring.descriptor();
    }

    /** Does what is left, and frees what belongs to the kernel. */
    void close() {
        submit();
        while (inFlight > 0) { // none of the calls waits, but their memory is read
            ring.await();
            takeAnswers();
        }
        ring.close();
    }
}
