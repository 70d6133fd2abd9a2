package dev.usher.relay;

import org.jspecify.annotations.Nullable;

/** Openings with a buffer, in the order of arrival. An opening is in one such list at most. */
final class OpeningsByAge {
    /** An opening, with its neighbours: nothing to allocate, nothing to search. */
    abstract static class Member {
        private @Nullable OpeningsByAge list;
        private @Nullable Member older;
        private @Nullable Member newer;
        /** Size of the buffer, as counted in the list. */
        private int bytes;

        /** Size of the buffer held, in bytes. */
        abstract int heldBytes();

        /** Leaves the list, if in any. */
        final void leaveList() {
            if (list != null) {
                list.remove(this);
            }
        }
    }

    private @Nullable Member oldest;
    private @Nullable Member newest;
    private long bytes;

    /** The oldest opening; null if there is none. */
    @Nullable
    Member oldest() {
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
    void add(Member member) {
        if (member.list == this) {
            bytes -= member.bytes;
        } else {
            member.leaveList();
            append(member);
        }
        member.bytes = member.heldBytes();
        bytes += member.bytes;
    }

    private void append(Member member) {
        member.list = this;
        member.older = newest;
        if (newest == null) {
            oldest = member;
        } else {
            newest.newer = member;
        }
        newest = member;
    }

    private void remove(Member member) {
        if (member.older == null) {
            oldest = member.newer;
        } else {
            member.older.newer = member.newer;
        }
        if (member.newer == null) {
            newest = member.older;
        } else {
            member.newer.older = member.older;
        }
        member.list = null;
        member.older = null;
        member.newer = null;
        bytes -= member.bytes;
    }
}
