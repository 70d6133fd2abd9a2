package dev.usher.loop;

import java.nio.ByteBuffer;

/** A buffer handed out by a {@link BufferPool}: a piece of a slab. */
public final class HeldBuffer {
    final Slab slab;
    private final ByteBuffer bytes;
    /** True exactly between acquire and release. */
    boolean out;

    HeldBuffer(Slab slab, ByteBuffer bytes) {
        this.slab = slab;
        this.bytes = bytes;
    }

    /** The storage; always the same object. Must not be touched after the release. */
    public ByteBuffer bytes() {
        return bytes;
    }

    /** Bytes, a power of two. */
    public int capacity() {
        return bytes.capacity();
    }
}
