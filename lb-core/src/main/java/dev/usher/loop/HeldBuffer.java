package dev.usher.loop;

import java.nio.ByteBuffer;

/** A buffer that a {@link BufferPool} hands out: a piece of a slab. */
public final class HeldBuffer {
    final Slab slab;
    private final ByteBuffer bytes;
    /** True exactly from being handed out to being given back. */
    boolean out;

    HeldBuffer(Slab slab, ByteBuffer bytes) {
        this.slab = slab;
        this.bytes = bytes;
    }

    /** Where the bytes are; always the same object. Not to be touched once the buffer is given back. */
    public ByteBuffer bytes() {
        return bytes;
    }

    /** A power of two. */
    public int capacity() {
        return bytes.capacity();
    }
}
