package dev.usher.server.log;

import dev.usher.background.Task;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The writer of sessions to an output. Another output gets another writer; the rings of sessions have one
 * writer at a time.
 *
 * <p>The writer sleeps without a timeout while nothing happens, and the first session wakes the writer. After each
 * batch the writer sleeps for {@link #BATCH_NANOS} in any case, so that under load no worker pays for a wake-up.
 *
 * <pre>
 *   AT_WORK &lt;--&gt; IN_WRITE --a write that does not return, when the writer is to finish--&gt; LEFT
 * </pre>
 */
final class AccessWriter {
    private static final long BATCH_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    /** Pause before the next write to a broken output. */
    private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);
    /** Pause between two looks at a writer that is to finish. */
    private static final Duration LOOK = Duration.ofMillis(5);

    private static final Logger log = LoggerFactory.getLogger(AccessWriter.class);

    private enum State {
        /** May take sessions from the rings. */
        AT_WORK,
        /** Waits for the output, and touches no ring. */
        IN_WRITE,
        /** Left behind in a write: touches no ring any more. */
        LEFT
    }

    private final AtomicReference<State> state = new AtomicReference<>(State.AT_WORK);
    private final Lanes lanes;
    private final LostLines lost;
    private final Task task;
    private final AccessOutput output;
    private final AccessLine lines;
    private final StringBuilder line = new StringBuilder(1024);
    private final Thread thread;
    /** True while the writer sleeps without a timeout or is about to. */
    private volatile boolean asleep;

    private volatile boolean closing;
    private boolean broken;
    /** Lines of the write under way, at most. Written by the writer only. */
    private volatile int inWrite;

    AccessWriter(Lanes lanes, LostLines lost, Task task, AccessOutput output, AccessLine lines) {
        this.lanes = lanes;
        this.lost = lost;
        this.task = task;
        this.output = output;
        this.lines = lines;
        this.thread = Thread.ofPlatform().name("access-log").daemon().unstarted(() -> task.whole(this::write));
    }

    // ---- from anywhere ----

    void start() {
        thread.start();
    }

    /** A session waits in a ring. On the workers. */
    void wake() {
        if (asleep) {
            LockSupport.unpark(thread);
        }
    }

    /**
     * Has the writer write the waiting sessions and close the output. A writer that stands in a write after the given
     * time is left behind: the thread ends when the output takes the lines or fails.
     *
     * @return false if the writer was left behind; in both cases the rings are free for another writer
     */
    boolean finish(Duration patience) {
        closing = true;
        LockSupport.unpark(thread);
        boolean interrupted = false;
        boolean ended = false;
        Duration pause = patience;
        while (!ended && state.get() != State.LEFT) {
            try {
                ended = thread.join(pause);
            } catch (InterruptedException e) {
                interrupted = true; // the rings must have one writer, so this wait is not given up
            }
            pause = LOOK;
            if (!ended) {
                state.compareAndSet(State.IN_WRITE, State.LEFT);
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return ended;
    }

    /** True if the thread has ended. */
    boolean hasEnded() {
        return !thread.isAlive();
    }

    /** Lines of a writer left behind, at most. */
    int held() {
        return inWrite;
    }

    @Override
    public String toString() {
        return output.toString();
    }

    // ---- on the writer's thread ----

    private void write() {
        boolean last;
        do {
            last = closing; // read before the rings: sessions added before finish() are then found in the rings
            boolean drained = drain();
            lost.report(output);
            if (!last && broken) {
                LockSupport.parkNanos(RETRY_NANOS);
            } else if (!last) {
                LockSupport.parkNanos(BATCH_NANOS);
                sleepIfIdle(drained);
            }
        } while (!last);
        end();
    }

    private boolean isLeft() {
        return state.get() == State.LEFT;
    }

    /** True if every ring was empty and every line was written. */
    private boolean drain() {
        for (Lanes.Lane lane : lanes.all()) {
            while (makeRoom() && !isLeft()) {
                Lanes.Ended ended = lane.poll();
                if (ended == null) {
                    break;
                }
                lines.append(line, ended.end(), ended.atMillis());
            }
        }
        return makeRoom() && flush();
    }

    /** Moves the last line into the buffer; false if the output takes nothing and the line has to wait. */
    private boolean makeRoom() {
        if (!output.hasRoom(line.length()) && (!flush() || !output.hasRoom(line.length()))) {
            return false;
        }
        output.put(line);
        line.setLength(0);
        return true;
    }

    private boolean flush() {
        inWrite = linesLeft();
        state.compareAndSet(State.AT_WORK, State.IN_WRITE);
        task.begins(); // a pipe without a reader blocks this thread
        String fault = write(output);
        broken = fault != null;
        if (state.compareAndSet(State.IN_WRITE, State.AT_WORK)) {
            report(fault);
        }
        return !broken;
    }

    /** The reason why the output took less than everything; null if the output took everything. */
    private static @Nullable String write(AccessOutput output) {
        try {
            return output.flush() ? null : output + " takes no lines";
        } catch (IOException e) {
            return output + " cannot be written: " + FileFault.text(e);
        }
    }

    private void report(@Nullable String fault) {
        if (fault == null) {
            task.works();
        } else {
            task.failed(fault);
        }
    }

    private void sleepIfIdle(boolean drained) {
        asleep = true;
        if (drained && !closing && lanes.areEmpty()) {
            LockSupport.park(this);
        }
        asleep = false;
    }

    /** Counts the lines that the output did not take, and closes the output. */
    private void end() {
        int left = linesLeft();
        if (left > 0) {
            lost.add(left);
            log.warn("access log: {} did not take its last {}", output, left == 1 ? "line" : left + " lines");
        }
        state.compareAndSet(State.AT_WORK, State.IN_WRITE); // a close may hang as well
        output.close();
    }

    private int linesLeft() {
        return output.lines() + (line.isEmpty() ? 0 : 1);
    }
}
