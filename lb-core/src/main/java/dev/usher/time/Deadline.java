package dev.usher.time;

/**
 * A moment at which the owner is called, once. Belongs to one {@link Timers} and its thread.
 *
 * <p>A busy session postpones its idle deadline at every read. A postponement only writes {@link #dueNanos}; when the
 * old moment comes, the queue sees that the deadline is not due yet.
 */
public final class Deadline {
    /** Handler of a passed deadline. */
    @FunctionalInterface
    public interface Owner {
        /** Called on the thread of the timers, at the moment or shortly after. */
        void onDeadline();
    }

    static final int NOT_QUEUED = -1;

    final Owner owner;
    /** The moment for calling the owner. Never earlier than {@link #queuedNanos} while queued. */
    long dueNanos;
    /** The key for the order of the queue. */
    long queuedNanos;
    /** Place in the queue, or {@link #NOT_QUEUED}. */
    int index = NOT_QUEUED;

    public Deadline(Owner owner) {
        this.owner = owner;
    }

    /** True exactly when the owner is going to be called. */
    public boolean isArmed() {
        return index != NOT_QUEUED;
    }
}
