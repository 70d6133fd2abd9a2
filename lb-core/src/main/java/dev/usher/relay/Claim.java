package dev.usher.relay;

import org.jspecify.annotations.Nullable;

/**
 * An opening, whole or not, that asks for room in {@link UnfinishedOpenings}. Has its neighbours in a list by age:
 * nothing to allocate, nothing to search.
 */
abstract class Claim {
    // Written by OpeningsByAge only.
    @Nullable
    OpeningsByAge list;

    @Nullable
    Claim older;

    @Nullable
    Claim newer;

    /** Size of the buffer, as counted in the list. */
    int listedBytes;

    /** The part in the share; null unless unfinished and with a buffer. Written by UnfinishedOpenings only. */
    UnfinishedOpenings.@Nullable Part part;

    abstract OpenSession session();

    /** Size of the buffer held, in bytes. */
    abstract int heldBytes();

    /** True exactly when the client's opening is whole. */
    abstract boolean isWhole();

    /** Gives the bytes up. */
    abstract void forget();

    /** The session is to end, since other openings have a better claim to the room. */
    abstract void evict();

    /** Leaves the list, if in any. */
    final void leaveList() {
        if (list != null) {
            list.remove(this);
        }
    }
}
