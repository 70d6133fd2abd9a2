package dev.usher.relay;

import org.jspecify.annotations.Nullable;

/**
 * The copies, on one worker, of openings that have been sent and wait for the backend's first byte. Only a second
 * attempt needs a copy, so a copy goes as soon as a buffer is needed elsewhere: the session stays, without a second
 * attempt. The oldest goes first: a backend that works answers within moments, and a copy that has waited long is of a
 * backend that does not answer. Clients of a silent backend therefore take no room from clients of a good backend.
 */
final class SentCopies {
    /** A copy, with its neighbours: nothing to allocate, nothing to search. */
    abstract static class Copy {
        private @Nullable Copy older;
        private @Nullable Copy newer;

        /** Gives the bytes up. */
        abstract void forget();
    }

    private @Nullable Copy oldest;
    private @Nullable Copy newest;

    /** Notes a copy sent in whole; no effect if noted. */
    @SuppressWarnings("ReferenceEquality") // the very same opening is meant
    void add(Copy copy) {
        if (copy == newest || copy.newer != null) {
            return;
        }
        copy.older = newest;
        if (newest == null) {
            oldest = copy;
        } else {
            newest.newer = copy;
        }
        newest = copy;
    }

    /** Strikes a copy that is gone, or to be sent again; no effect if not noted. */
    @SuppressWarnings("ReferenceEquality") // the very same opening is meant
    void remove(Copy copy) {
        if (copy != newest && copy.newer == null) {
            return;
        }
        if (copy.older == null) {
            oldest = copy.newer;
        } else {
            copy.older.newer = copy.newer;
        }
        if (copy.newer == null) {
            newest = copy.older;
        } else {
            copy.newer.older = copy.older;
        }
        copy.older = null;
        copy.newer = null;
    }

    /** Gives the buffer of the oldest copy back; false if there is no copy. */
    boolean dropOldest() {
        Copy copy = oldest;
        if (copy == null) {
            return false;
        }
        copy.forget();
        return true;
    }
}
