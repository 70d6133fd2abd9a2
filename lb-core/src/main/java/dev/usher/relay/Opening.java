package dev.usher.relay;

import dev.usher.loop.BufferPool;
import dev.usher.loop.Worker;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What a connection to a backend opens with: the PROXY header where the pool wants one, and the client's first bytes,
 * hello and all that came with it. Collected before a backend is chosen, then sent, and kept until the backend's first
 * byte: until then nothing was said that cannot be said again to another one.
 *
 * <pre>
 *   collecting --(ready)--> sending --(rewind)--> sending
 *        |                     |
 *        +-----(forget)--------+--> gone: holds no buffer, and has nothing to send
 * </pre>
 */
final class Opening {
    /** Holds a hello of a usual size and whatever came with it; a larger one is collected in pieces. */
    private static final int FIRST_READ_BYTES = 16 * 1024;

    private final Worker worker;
    /** While collecting: filled up to position. While sending: sent up to position. Null while nothing is kept. */
    private @Nullable ByteBuffer buffer;
    /** Bytes of a PROXY header in front, which no client has sent. */
    private int headerBytes;

    Opening(Worker worker) {
        this.worker = worker;
    }

    // ---- collecting ----

    /**
     * Where to read to next: behind what there is. The worker's buffer as long as nothing is kept, since most hellos come
     * whole and are dealt with at once.
     *
     * @return null if the worker's budget has no room for more
     */
    @Nullable
    ByteBuffer room() {
        ByteBuffer kept = buffer;
        if (kept == null) {
            return worker.buffer().clear().limit(FIRST_READ_BYTES);
        }
        if (kept.hasRemaining()) {
            return kept;
        }
        ByteBuffer larger = worker.buffers().acquire(kept.capacity() * 2);
        if (larger != null) {
            larger.put(kept.flip());
            worker.buffers().release(kept);
            buffer = larger;
        }
        return larger;
    }

    /**
     * Keeps what was read beyond this event.
     *
     * @param read what {@link #room} gave, filled up to position
     * @return false if the worker's budget has no room for it
     */
    boolean keep(ByteBuffer read) {
        if (buffer != null) {
            return true; // it was read to where it is kept
        }
        buffer = worker.buffers().acquire(read.position());
        if (buffer == null) {
            return false;
        }
        buffer.put(read.flip());
        return true;
    }

    /** Ends collecting: all that is kept is to be sent. */
    void ready() {
        if (buffer != null) {
            buffer.flip();
        }
    }

    /** Who writes a PROXY header. */
    @FunctionalInterface
    interface HeaderWriter {
        /** Writes at the buffer's position, and moves it behind the header. */
        void writeTo(ByteBuffer into);
    }

    /**
     * Puts a PROXY header in front of all that is to be sent. After {@link #ready}, and once.
     *
     * @param maxBytes the most that it can have
     * @return false if the worker's budget has no room for it
     */
    boolean putInFront(int maxBytes, HeaderWriter header) {
        ByteBuffer rest = buffer;
        int restBytes = rest == null ? 0 : rest.remaining();
        ByteBuffer larger = worker.buffers().acquire(maxBytes + restBytes);
        if (larger == null) {
            return false;
        }
        header.writeTo(larger);
        headerBytes = larger.position();
        if (rest != null) {
            larger.put(rest);
            worker.buffers().release(rest);
        }
        buffer = larger.flip();
        return true;
    }

    // ---- sending ----

    /** True exactly while another backend could be told all of it again. */
    boolean isKept() {
        return buffer != null;
    }

    boolean hasMore() {
        return buffer != null && buffer.hasRemaining();
    }

    /** Sends what the backend takes; how many of the client's own bytes that were. */
    int sendTo(Side backend) {
        ByteBuffer kept = buffer;
        if (kept == null) {
            return 0;
        }
        int before = clientBytesSent(kept);
        backend.write(kept);
        return clientBytesSent(kept) - before;
    }

    /** Begins again, for another backend; how many of the client's own bytes are taken back with that. */
    int rewind() {
        ByteBuffer kept = buffer;
        if (kept == null) {
            return 0;
        }
        int sent = clientBytesSent(kept);
        kept.rewind();
        return sent;
    }

    private int clientBytesSent(ByteBuffer kept) {
        return Math.max(0, kept.position() - headerBytes);
    }

    /** Gives the bytes up. */
    void forget() {
        ByteBuffer kept = buffer;
        if (kept != null) {
            BufferPool buffers = worker.buffers();
            buffers.release(kept);
            buffer = null;
        }
    }
}
