package dev.usher.time;

/**
 * A moment at which its owner is to be told, once. Belongs to one {@link Timers} and to that one's thread.
 *
 * <p>A busy session pushes its idle deadline at every read. So a push to later only writes {@link #dueNanos}; the queue
 * learns of it when the old moment comes and finds that it is not due yet.
 */
public final class Deadline {
    /** What happens when a deadline passes. */
    @FunctionalInterface
    public interface Owner {
        /** Called on the thread of the timers, at or shortly after the moment. */
        void onDeadline();
    }

    static final int NOT_QUEUED = -1;

    final Owner owner;
    /** When the owner is to be told. Never earlier than {@link #queuedNanos} while queued. */
    long dueNanos;
    /** The moment by which the queue is ordered. */
    long queuedNanos;
    /** Place in the queue, or {@link #NOT_QUEUED}. */
    int index = NOT_QUEUED;

    public Deadline(Owner owner) {
        this.owner = owner;
    }

    /** True exactly when the owner will be told unless something is done. */
    public boolean isArmed() {
        return index != NOT_QUEUED;
    }
}
