package dev.usher.time;

import java.util.Arrays;

/**
 * The deadlines of one thread, in a binary heap: the next one is known exactly, so that an idle worker sleeps until
 * then and not until the next tick of a wheel. One {@link Deadline} per session, each knowing its place, makes
 * cancelling cheap; nothing is allocated but the array when it grows.
 *
 * <p>Not thread-safe.
 */
public final class Timers {
    /** What {@link #nanosToNext} says when nothing is armed. */
    public static final long NEVER = Long.MAX_VALUE;

    private static final int FIRST_CAPACITY = 64;

    private Deadline[] heap = new Deadline[FIRST_CAPACITY];
    private int size;

    /** Arms or re-arms a deadline. To later than before it costs one write, to earlier a walk up the heap. */
    public void arm(Deadline deadline, long dueNanos) {
        deadline.dueNanos = dueNanos;
        if (!deadline.isArmed()) {
            append(deadline);
        } else if (dueNanos - deadline.queuedNanos < 0) {
            deadline.queuedNanos = dueNanos;
            siftUp(deadline, deadline.index);
        }
    }

    /** Disarms a deadline; one that is not armed stays so. */
    @SuppressWarnings("NullAway") // beyond size the heap holds nulls, for the collector's sake
    public void cancel(Deadline deadline) {
        if (!deadline.isArmed()) {
            return;
        }
        int index = deadline.index;
        deadline.index = Deadline.NOT_QUEUED;
        Deadline last = heap[--size];
        heap[size] = null;
        if (last != deadline) {
            place(last, index);
            siftDown(last, index);
            siftUp(last, last.index);
        }
    }

    /**
     * Tells the owners of the deadlines that have passed, at most {@code limit} of them.
     *
     * @return how many were told
     */
    public int expire(long nowNanos, int limit) {
        int told = 0;
        while (told < limit && size > 0 && heap[0].queuedNanos - nowNanos <= 0) {
            Deadline next = heap[0];
            if (next.dueNanos - nowNanos <= 0) {
                cancel(next);
                next.owner.onDeadline();
                told++;
            } else { // it was pushed on since it was queued
                next.queuedNanos = next.dueNanos;
                siftDown(next, 0);
            }
        }
        return told;
    }

    /** Nanoseconds until the next deadline may be due: 0 when one is, {@link #NEVER} when none is armed. */
    public long nanosToNext(long nowNanos) {
        return size == 0 ? NEVER : Math.max(0, heap[0].queuedNanos - nowNanos);
    }

    /** How many deadlines are armed. */
    public int size() {
        return size;
    }

    private void append(Deadline deadline) {
        if (size == heap.length) {
            heap = Arrays.copyOf(heap, size * 2);
        }
        deadline.queuedNanos = deadline.dueNanos;
        place(deadline, size);
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
