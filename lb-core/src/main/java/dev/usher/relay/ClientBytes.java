package dev.usher.relay;

import dev.usher.end.CloseReason;
import dev.usher.loop.HeldBuffer;
import dev.usher.loop.Worker;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a connection to a backend opens with: the PROXY header where the pool wants one, and the client's first bytes,
 * hello and all that came with it. Collected before a backend is chosen, then sent, and kept until the backend's first
 * byte: until then nothing was said that cannot be said again to another one.
 *
 * <pre>
 *   unfinished --(whole)--> whole --(ready)--> sending --(rewind)--> sending
 *        |                    |                   |
 *        +-----(forget)-------+-------------------+--> gone: holds no buffer, and has nothing to send
 * </pre>
 *
 * While unfinished, what it holds is its part of a share ({@link UnfinishedOpenings}), which may end its session.
 */
final class ClientBytes {
    /** Holds a hello of a usual size and whatever came with it; a larger one is collected in pieces. */
    private static final int FIRST_READ_BYTES = 16 * 1024;

    private final @Nullable OpenSession session;
    private final Worker worker;
    private final UnfinishedOpenings unfinished;
    /** While collecting: filled up to position. While sending: sent up to position. Null while nothing is kept. */
    private @Nullable HeldBuffer buffer;
    /** True exactly when the client has said all that is awaited of it. */
    private boolean whole;
    /** True exactly when it had the worst claim to its part of the share, and is to go. */
    private boolean evicted;
    /** Bytes in front that no client has sent: a PROXY header, and a greeting to the backend. */
    private int frontBytes;

    /** Its part of what unfinished ones hold; null exactly unless it is one of them, and holds a buffer. */
    UnfinishedOpenings.@Nullable Part part;

    /** @param session null for the one that stands for all that are gone */
    ClientBytes(@Nullable OpenSession session, Worker worker, UnfinishedOpenings unfinished) {
        this.session = session;
        this.worker = worker;
        this.unfinished = unfinished;
    }

    OpenSession session() {
        return Objects.requireNonNull(session, "of all but those that are gone");
    }

    // ---- collecting ----

    /**
     * Where to read to next: behind what there is. The worker's buffer as long as nothing is kept, since most hellos come
     * whole and are dealt with at once.
     *
     * @return null if there is no room for more: {@link #lack} says why
     */
    @Nullable
    ByteBuffer room() {
        HeldBuffer kept = buffer;
        if (kept == null) {
            return worker.buffer().clear().limit(FIRST_READ_BYTES);
        }
        if (kept.bytes().hasRemaining()) {
            return kept.bytes();
        }
        HeldBuffer larger = unfinished.acquire(this, kept.capacity() * 2);
        if (larger == null) {
            return null;
        }
        larger.bytes().put(kept.bytes().flip());
        replace(kept, larger);
        return larger.bytes();
    }

    /**
     * Drops the first {@code count} bytes of those that have come: they were for us.
     *
     * @param come all bytes that were read and not dropped, up to position
     */
    void drop(ByteBuffer come, int count) {
        if (count > 0) {
            come.flip().position(count);
            come.compact();
        }
    }

    /**
     * Keeps what was read beyond this event.
     *
     * @param read what {@link #room} gave, filled up to position
     * @return false if there is no room for it: {@link #lack} says why
     */
    boolean keep(ByteBuffer read) {
        if (read.position() == 0) {
            forget();
            return true;
        }
        if (buffer != null) {
            return true; // it was read to where it is kept
        }
        HeldBuffer kept = unfinished.acquire(this, read.position());
        if (kept == null) {
            return false;
        }
        kept.bytes().put(read.flip());
        replace(null, kept);
        return true;
    }

    private void replace(@Nullable HeldBuffer before, HeldBuffer now) {
        buffer = now;
        if (before != null) {
            worker.buffers().release(before);
        }
        if (!whole) {
            unfinished.file(this);
        }
    }

    /** A PROXY header has told of another client than before: what is held is held for that one. */
    void onClientKnown() {
        if (buffer != null && !whole) {
            unfinished.file(this);
        }
    }

    /** The client has said all that is awaited of it. */
    void whole() {
        whole = true;
        unfinished.strike(this);
    }

    /** Ends collecting: all that is kept is to be sent. */
    void ready() {
        whole();
        if (buffer != null) {
            buffer.bytes().flip();
        }
    }

    /** Bytes of the buffer that it holds. */
    int heldBytes() {
        return buffer == null ? 0 : buffer.capacity();
    }

    boolean isWhole() {
        return whole;
    }

    /** There is no room for it beside others that have a better claim: its session is to end. */
    void evict() {
        evicted = true;
    }

    /** Why there was no room. */
    CloseReason lack() {
        return evicted ? CloseReason.HELLO_EVICTED : CloseReason.OUT_OF_BUFFERS;
    }

    /** The writer of bytes that go in front. */
    @FunctionalInterface
    interface FrontWriter {
        /** Writes at the buffer's position, and moves it behind what was written. */
        void writeTo(ByteBuffer into);
    }

    /**
     * Puts bytes of our own in front of all that is to be sent. After {@link #ready}, and once.
     *
     * @param maxBytes the most that they can be
     * @return false if the worker's budget has no room for them
     */
    boolean putInFront(int maxBytes, FrontWriter front) {
        HeldBuffer rest = buffer;
        int restBytes = rest == null ? 0 : rest.bytes().remaining();
        HeldBuffer larger = unfinished.acquire(this, maxBytes + restBytes);
        if (larger == null) {
            return false;
        }
        front.writeTo(larger.bytes());
        frontBytes = larger.bytes().position();
        if (rest != null) {
            larger.bytes().put(rest.bytes());
        }
        larger.bytes().flip();
        replace(rest, larger);
        return true;
    }

    // ---- sending ----

    /** True exactly while another backend could be told all of it again. */
    boolean isKept() {
        return buffer != null;
    }

    boolean hasMore() {
        return buffer != null && buffer.bytes().hasRemaining();
    }

    /** Sends what the backend takes; how many of the client's own bytes that were. */
    int sendTo(Side backend) {
        HeldBuffer kept = buffer;
        if (kept == null) {
            return 0;
        }
        int before = clientBytesSent(kept.bytes());
        backend.write(kept.bytes());
        return clientBytesSent(kept.bytes()) - before;
    }

    /** True exactly when the bytes in front have all been sent. */
    boolean isFrontSent() {
        return buffer == null || buffer.bytes().position() >= frontBytes;
    }

    /** Sends what the backend takes of the bytes in front, and none of the client's. */
    void sendFrontTo(Side backend) {
        if (buffer != null) {
            ByteBuffer bytes = buffer.bytes();
            int end = bytes.limit();
            backend.write(bytes.limit(frontBytes));
            bytes.limit(end);
        }
    }

    /** Begins again, for another backend; how many of the client's own bytes are taken back with that. */
    int rewind() {
        HeldBuffer kept = buffer;
        if (kept == null) {
            return 0;
        }
        int sent = clientBytesSent(kept.bytes());
        kept.bytes().rewind();
        return sent;
    }

    private int clientBytesSent(ByteBuffer kept) {
        return Math.max(0, kept.position() - frontBytes);
    }

    /**
     * Gives the bytes up for good.
     *
     * @return what stands in their place, the same for all sessions: an open connection may rest for days
     */
    ClientBytes gone() {
        forget();
        return unfinished.gone();
    }

    /** Gives the bytes up. */
    void forget() {
        HeldBuffer kept = buffer;
        if (kept != null) {
            unfinished.strike(this);
            worker.buffers().release(kept);
            buffer = null;
        }
    }
}
