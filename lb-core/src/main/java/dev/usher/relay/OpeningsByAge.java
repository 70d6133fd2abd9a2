package dev.usher.relay;

import org.jspecify.annotations.Nullable;

/** Openings with a buffer, in the order of arrival. An opening is in one such list at most. */
final class OpeningsByAge {
    private @Nullable Claim oldest;
    private @Nullable Claim newest;
    private long bytes;

    /** The oldest opening; null if there is none. */
    @Nullable
    Claim oldest() {
        return oldest;
    }

    /** Bytes of the buffers. */
    long bytes() {
        return bytes;
    }

    /**
     * Adds an opening as the newest, out of another list if need be. An opening of this list keeps the place; only the
     * size may have changed.
     */
    @SuppressWarnings("ReferenceEquality") // the very same list is meant
    void add(Claim opening) {
        if (opening.list == this) {
            bytes -= opening.listedBytes;
        } else {
            opening.leaveList();
            append(opening);
        }
        opening.listedBytes = opening.heldBytes();
        bytes += opening.listedBytes;
    }

    private void append(Claim opening) {
        opening.list = this;
        opening.older = newest;
        if (newest == null) {
            oldest = opening;
        } else {
            newest.newer = opening;
        }
        newest = opening;
    }

    void remove(Claim opening) {
        if (opening.older == null) {
            oldest = opening.newer;
        } else {
            opening.older.newer = opening.newer;
        }
        if (opening.newer == null) {
            newest = opening.older;
        } else {
            opening.newer.older = opening.older;
        }
        opening.list = null;
        opening.older = null;
        opening.newer = null;
        bytes -= opening.listedBytes;
    }
}
