package dev.usher.relay;

import dev.usher.end.CloseReason;
import dev.usher.loop.HeldBuffer;
import dev.usher.loop.Worker;
import dev.usher.opening.Boundary;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The first bytes of a connection to a backend: our own words in front ({@link Preface}), then the client's opening and
 * any bytes that came with the opening. Collected before a backend is chosen, then sent, and kept until the backend's
 * first byte: until then, every byte can be sent again to another backend. Bytes that wait, for a backend or for its
 * first byte, give way where room is needed ({@link UnfinishedOpenings}).
 *
 * <pre>
 *   unfinished --(whole)--> whole --(ready)--> sending --(rewind)--> sending
 *        |                    |                   |
 *        +-----(forget)-------+-------------------+--> gone: holds no buffer, and has nothing to send
 * </pre>
 *
 * While unfinished, the buffer counts against a share ({@link UnfinishedOpenings}), and the session may be ended for
 * room.
 */
final class ClientBytes extends Claim {
    /** Room for an opening of usual size and the bytes after the opening; a larger opening is collected in pieces. */
    private static final int FIRST_READ_BYTES = 16 * 1024;

    private final @Nullable OpenSession session;
    private final Worker worker;
    private final UnfinishedOpenings unfinished;
    /** While collecting: filled up to position. While sending: sent up to position. Null while nothing is kept. */
    private @Nullable HeldBuffer buffer;
    /** True exactly when the client's opening is whole. */
    private boolean whole;
    /** True exactly when the share ran out and this opening had the worst claim; its session is to end. */
    private boolean evicted;
    /** Length of our own bytes in front: the PROXY header, and a greeting to the backend. */
    private int frontBytes;

    /** @param session null for the instance shared by all sessions that have given up their bytes */
    ClientBytes(@Nullable OpenSession session, Worker worker, UnfinishedOpenings unfinished) {
        this.session = session;
        this.worker = worker;
        this.unfinished = unfinished;
    }

    @Override
    OpenSession session() {
        return Objects.requireNonNull(session, "of all but those that are gone");
    }

    // ---- collecting ----

    /**
     * The place for the next read, after the bytes so far. While nothing is kept, this is the worker's buffer, since
     * most openings come whole and are used at once.
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
     * Drops the first {@code count} bytes that have come: these were for us.
     *
     * @param come the bytes read and not dropped, up to position
     */
    void drop(ByteBuffer come, int count) {
        if (count > 0) {
            come.flip().position(count);
            come.compact();
        }
    }

    /**
     * Keeps the bytes read, beyond this event.
     *
     * @param read the buffer from {@link #room}, filled up to position
     * @return false if there is no room: {@link #lack} says why
     */
    boolean keep(ByteBuffer read) {
        if (read.position() == 0) {
            forget();
            return true;
        }
        if (buffer != null) {
            return true; // read in place
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
        note();
    }

    private void note() {
        if (whole) {
            unfinished.waits(this);
        } else {
            unfinished.file(this);
        }
    }

    /** A PROXY header has named another client: the buffer counts as held for the new client from now on. */
    void onClientKnown() {
        if (buffer != null && !whole) {
            unfinished.file(this);
        }
    }

    /** The client's opening is whole. */
    void whole() {
        if (whole) {
            return;
        }
        whole = true;
        if (buffer != null) {
            note();
        }
    }

    /** Ends collecting; the kept bytes can be sent. */
    void ready() {
        whole();
        if (buffer != null) {
            buffer.bytes().flip();
        }
    }

    /**
     * Drops the bytes behind the end of the client's message. Called after {@link #ready}.
     *
     * @param boundary null if every byte of the client belongs to the message
     * @return false if the bytes break the message
     */
    boolean keepWithin(@Nullable Boundary boundary) {
        if (boundary == null || buffer == null) {
            return true;
        }
        ByteBuffer bytes = buffer.bytes();
        int within = boundary.within(bytes);
        bytes.limit(bytes.position() + Math.max(0, within));
        return within != Boundary.BROKEN;
    }

    @Override
    int heldBytes() {
        return buffer == null ? 0 : buffer.capacity();
    }

    @Override
    boolean isWhole() {
        return whole;
    }

    @Override
    void evict() {
        evicted = true;
    }

    /** Why there was no room. */
    CloseReason lack() {
        return evicted ? CloseReason.HELLO_EVICTED : CloseReason.OUT_OF_BUFFERS;
    }

    /** The writer of the bytes in front. */
    @FunctionalInterface
    interface FrontWriter {
        /** Writes at the buffer's position, which moves to the end of the writing. */
        void writeTo(ByteBuffer into);
    }

    /**
     * Puts bytes of our own in front of the client's. Called after {@link #ready}, at most once.
     *
     * @param maxBytes the upper bound of these bytes
     * @return false if the worker's budget has no room
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

    /** True exactly while every byte is kept for another backend. */
    boolean isKept() {
        return buffer != null;
    }

    boolean hasMore() {
        return toSend() > 0;
    }

    /** Number of bytes to send, with our own in front. */
    int toSend() {
        return buffer == null ? 0 : buffer.bytes().remaining();
    }

    /** Sends as much as the backend takes; returns the number of the client's own bytes sent. */
    int sendTo(Side backend) {
        HeldBuffer kept = buffer;
        if (kept == null) {
            return 0;
        }
        int before = clientBytesSent(kept.bytes());
        backend.write(kept.bytes());
        if (!kept.bytes().hasRemaining()) {
            unfinished.isSent(this);
        }
        return clientBytesSent(kept.bytes()) - before;
    }

    /** True exactly when the bytes in front have been sent. */
    boolean isFrontSent() {
        return buffer == null || buffer.bytes().position() >= frontBytes;
    }

    /** Sends as much of the bytes in front as the backend takes, and no byte of the client's. */
    void sendFrontTo(Side backend) {
        if (buffer != null) {
            ByteBuffer bytes = buffer.bytes();
            int end = bytes.limit();
            backend.write(bytes.limit(frontBytes));
            bytes.limit(end);
        }
    }

    /**
     * Begins again, for another backend; returns the number of the client's own bytes taken back. No effect while the
     * client still has an opening to finish: the backend has had no byte.
     */
    int rewind() {
        HeldBuffer kept = buffer;
        if (kept == null || !whole) {
            return 0;
        }
        note();
        int sent = clientBytesSent(kept.bytes());
        kept.bytes().rewind();
        return sent;
    }

    private int clientBytesSent(ByteBuffer kept) {
        return Math.max(0, kept.position() - frontBytes);
    }

    @Override
    void forget() {
        HeldBuffer kept = buffer;
        if (kept != null) {
            unfinished.strike(this);
            leaveList();
            worker.buffers().release(kept);
            buffer = null;
        }
    }
}
