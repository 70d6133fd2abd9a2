package dev.usher.relay;

import dev.usher.loop.HeldBuffer;
import dev.usher.loop.Worker;
import dev.usher.metrics.Counter;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * One direction of a session's relay: from one side to the other.
 *
 * <p>What is read into the worker's buffer is written at once, and usually that is all. Only what a full socket does not
 * take is copied to a buffer of its own, and reading stops until it is gone: a half at rest holds nothing. A single read
 * grows from {@link #MIN_READ_BYTES} while reads fill and writes complete, and falls back at the first short write: so
 * bulk moves in large pieces, and a peer that stalls pins little.
 */
final class Half {
    private static final int MIN_READ_BYTES = 16 * 1024;
    private static final int MAX_READ_BYTES = Worker.BUFFER_BYTES;

    private final Side source;
    private final Side sink;
    /** What all halves of this direction and worker have passed on. */
    private final Counter all;

    private int readBytes = MIN_READ_BYTES;
    private long bytes;
    /** Read and not yet written, from position to limit; null exactly when there is none. */
    private @Nullable HeldBuffer held;
    /** True exactly when the source's FIN was read. */
    private boolean ended;
    /** True exactly when that FIN was passed on, which is after the last byte was. */
    private boolean shut;
    /** True exactly while nothing is read since the worker's budget has no room for what might have to be held. */
    private boolean waitingForRoom;
    /** True exactly when bytes were lost, since the worker's budget had no room to hold them. */
    private boolean starved;

    Half(Side source, Side sink, Counter all) {
        this.source = source;
        this.sink = sink;
        this.all = all;
    }

    /** Bytes written to the sink so far. */
    long bytes() {
        return bytes;
    }

    boolean hasEnded() {
        return ended;
    }

    boolean isShut() {
        return shut;
    }

    boolean isStarved() {
        return starved;
    }

    /** True exactly when the source's FIN was read and all before it was written. */
    boolean isDrained() {
        return ended && held == null;
    }

    boolean wantsRead() {
        return !ended && held == null && !waitingForRoom;
    }

    boolean isWaitingForRoom() {
        return waitingForRoom;
    }

    /** Reads again if there is room by now. */
    void tryRoom(Worker worker) {
        waitingForRoom = waitingForRoom && !worker.buffers().hasRoomToRelay(MIN_READ_BYTES);
    }

    boolean wantsWrite() {
        return held != null;
    }

    /** Counts bytes that were sent by other means: the hello; fewer than none where it begins again elsewhere. */
    void sent(int count) {
        bytes += count;
        all.add(Math.max(0, count)); // it only grows, and those bytes were sent all the same
    }

    /**
     * Moves what has come, once: one read, one write. That is the budget of an event; there may be more.
     *
     * @return bytes read, or 0
     */
    int move(Worker worker) {
        int count = read(worker);
        if (count > 0) {
            pass(worker.buffer(), worker);
        }
        return count;
    }

    /**
     * Reads what has come, once, into the worker's buffer, from position to limit.
     *
     * @return bytes read, or 0; if there are any, {@link #pass} comes next
     */
    int read(Worker worker) {
        if (worker.buffers().isScarce()) {
            readBytes = MIN_READ_BYTES;
            waitingForRoom = !worker.buffers().hasRoomToRelay(MIN_READ_BYTES);
            if (waitingForRoom) {
                return 0; // what the sink might not take could not be held: the source has to wait
            }
        }
        ByteBuffer buffer = worker.buffer().clear().limit(readBytes);
        int count = source.read(buffer);
        if (count > 0) {
            buffer.flip();
            return count;
        }
        if (count == Side.END) {
            ended = true;
        }
        return 0;
    }

    /** Passes on what {@link #read} has read, or what we have to say ourselves; what the sink does not take is held. */
    void pass(ByteBuffer buffer, Worker worker) {
        int count = buffer.remaining();
        int written = sink.write(buffer);
        if (written == Side.BROKEN) {
            return;
        }
        sent(written);
        if (written < count) {
            hold(buffer, worker);
            readBytes = MIN_READ_BYTES;
        } else if (count == readBytes && readBytes < MAX_READ_BYTES) {
            readBytes *= 2;
        }
    }

    private void hold(ByteBuffer rest, Worker worker) {
        held = worker.buffers().acquire(rest.remaining());
        if (held == null) {
            starved = true;
            return;
        }
        held.bytes().put(rest).flip();
    }

    /** Writes what is held, as far as the sink takes it. */
    void flush(Worker worker) {
        if (held == null) {
            return;
        }
        int written = sink.write(held.bytes());
        if (written == Side.BROKEN) {
            return;
        }
        sent(written);
        if (!held.bytes().hasRemaining()) {
            release(worker);
        }
    }

    /** Passes the source's FIN on. */
    void shut() {
        shut = true;
        sink.shutdownOutput();
    }

    /** Gives up what the sink will not take any more: nothing is read for it, and nothing held. */
    void abandon(Worker worker) {
        release(worker);
        ended = true;
        shut = true;
    }

    /** Begins again with a new source: the one before ended without a byte. */
    void reopen() {
        ended = false;
    }

    /** Gives back what is held, passed on or not. */
    void release(Worker worker) {
        if (held != null) {
            worker.buffers().release(held);
            held = null;
        }
    }
}
