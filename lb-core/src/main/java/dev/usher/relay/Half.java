package dev.usher.relay;

import dev.usher.loop.HeldBuffer;
import dev.usher.loop.Worker;
import dev.usher.metrics.Counter;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The relay in a single direction: from one side of a session to the other.
 *
 * <p>Bytes are read into the worker's buffer and written at once, usually completely. A rest that a full socket does
 * not take is copied to a held buffer, and reading stops until the rest is sent: a half at rest holds nothing. A single
 * read grows from {@link #MIN_READ_BYTES} while reads fill and writes complete, and falls back at the first short
 * write: so bulk moves in large pieces, and a peer that stalls pins little.
 */
final class Half {
    private static final int MIN_READ_BYTES = 16 * 1024;
    private static final int MAX_READ_BYTES = Worker.BUFFER_BYTES;

    private final Side source;
    private final Side sink;
    /** Bytes passed on by every half of this worker in this direction. */
    private final Counter all;

    private int readBytes = MIN_READ_BYTES;
    private long bytes;
    /** Bytes read and not yet written, from position to limit; null exactly when every byte read is written. */
    private @Nullable HeldBuffer held;
    /** True exactly when the source's FIN was read. */
    private boolean ended;
    /** True exactly when the source's FIN was passed on, always after the last byte. */
    private boolean shut;
    /** True exactly while reading stops, since the worker's budget has no room for a rest. */
    private boolean waitingForRoom;
    /** True exactly when bytes were lost, since the worker's budget had no room for a rest. */
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

    /** True exactly when the source's FIN was read, and every byte before the FIN written. */
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
        waitingForRoom = waitingForRoom && !worker.buffers().makeRoomToRelay(MIN_READ_BYTES);
    }

    boolean wantsWrite() {
        return held != null;
    }

    /**
     * Adds bytes that did not go through {@link #pass}: the opening. Negative when a replay takes the opening's bytes
     * back.
     */
    void sent(int count) {
        bytes += count;
        all.add(Math.max(0, count)); // the worker's counter only grows; bytes taken back were sent all the same
    }

    /**
     * Reads once into the worker's buffer, from position to limit.
     *
     * @return bytes read, or 0; if there are any, {@link #pass} comes next
     */
    int read(Worker worker) {
        if (worker.buffers().isScarce()) {
            readBytes = MIN_READ_BYTES;
            waitingForRoom = !worker.buffers().makeRoomToRelay(MIN_READ_BYTES);
            if (waitingForRoom) {
                return 0; // without room for a rest, the source has to wait
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

    /** Passes on the bytes of {@link #read}, or bytes of our own; holds the rest that the sink does not take. */
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

    /** Writes the held bytes, as far as the sink takes them. */
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

    /** Stops this direction, since the sink takes no more: held bytes are dropped, and the source is not read. */
    void abandon(Worker worker) {
        release(worker);
        ended = true;
        shut = true;
    }

    /** Begins again with a new source; the old source ended without a byte. */
    void reopen() {
        ended = false;
    }

    /** Gives back the held buffer, even with bytes not passed on. */
    void release(Worker worker) {
        if (held != null) {
            worker.buffers().release(held);
            held = null;
        }
    }
}
