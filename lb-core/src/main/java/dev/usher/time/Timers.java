package dev.usher.time;

import java.util.Arrays;

/**
 * The deadlines of one thread, in a binary heap. A heap knows the next deadline exactly, so an idle worker sleeps until
 * then, not until the next tick of a wheel. Each {@link Deadline} knows its place, which makes cancelling cheap. Only a
 * growing array allocates.
 *
 * <p>Not thread-safe.
 */
public final class Timers {
    /** Result of {@link #nanosToNext} when no deadline is armed. */
    public static final long NEVER = Long.MAX_VALUE;

    private static final int FIRST_CAPACITY = 64;

    private Deadline[] heap = new Deadline[FIRST_CAPACITY];
    private int size;

    /** Arms or re-arms a deadline. A later moment costs one write, an earlier moment a walk up the heap. */
    public void arm(Deadline deadline, long dueNanos) {
        deadline.dueNanos = dueNanos;
        if (!deadline.isArmed()) {
            append(deadline);
        } else if (dueNanos - deadline.queuedNanos < 0) {
            deadline.queuedNanos = dueNanos;
            siftUp(deadline, deadline.index);
        }
    }

    /** Disarms a deadline; no effect if not armed. */
    @SuppressWarnings("NullAway") // beyond size, the heap holds nulls to free the deadlines
    public void cancel(Deadline deadline) {
        if (!deadline.isArmed()) {
            return;
        }
        int index = deadline.index;
        deadline.index = Deadline.NOT_QUEUED;
        Deadline last = heap[--size];
        heap[size] = null;
        if (last != deadline) {
            siftDown(last, index);
            siftUp(last, last.index);
        }
    }

    /**
     * Calls the owners of passed deadlines, at most {@code limit} of them.
     *
     * @return number of calls
     */
    public int expire(long nowNanos, int limit) {
        int told = 0;
        while (told < limit && size > 0 && heap[0].queuedNanos - nowNanos <= 0) {
            Deadline next = heap[0];
            if (next.dueNanos - nowNanos <= 0) {
                cancel(next);
                next.owner.onDeadline();
                told++;
            } else { // postponed since it was queued
                next.queuedNanos = next.dueNanos;
                siftDown(next, 0);
            }
        }
        return told;
    }

    /** Nanoseconds until the next deadline may be due: 0 if due already, {@link #NEVER} if no deadline is armed. */
    public long nanosToNext(long nowNanos) {
        return size == 0 ? NEVER : Math.max(0, heap[0].queuedNanos - nowNanos);
    }

    /** Number of armed deadlines. */
    public int size() {
        return size;
    }

    private void append(Deadline deadline) {
        if (size == heap.length) {
            heap = Arrays.copyOf(heap, size * 2);
        }
        deadline.queuedNanos = deadline.dueNanos;
        siftUp(deadline, size++);
    }

    private void siftUp(Deadline deadline, int from) {
        int index = from;
        while (index > 0) {
            Deadline parent = heap[(index - 1) >>> 1];
            if (parent.queuedNanos - deadline.queuedNanos <= 0) {
                break;
            }
            place(parent, index);
            index = (index - 1) >>> 1;
        }
        place(deadline, index);
    }

    private void siftDown(Deadline deadline, int from) {
        int index = from;
        while (2 * index + 1 < size) {
            int child = 2 * index + 1;
            if (child + 1 < size && heap[child + 1].queuedNanos - heap[child].queuedNanos < 0) {
                child++;
            }
            if (deadline.queuedNanos - heap[child].queuedNanos <= 0) {
                break;
            }
            place(heap[child], index);
            index = child;
        }
        place(deadline, index);
    }

    private void place(Deadline deadline, int index) {
        heap[index] = deadline;
        deadline.index = index;
    }
}
