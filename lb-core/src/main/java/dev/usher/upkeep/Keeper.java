package dev.usher.upkeep;

import dev.usher.background.Background;
import dev.usher.background.Task;
import dev.usher.pool.Pool;
import dev.usher.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread that looks after what changes with time: pools on request, and as long as an ejection or a slow start is
 * under way; limits and the like about once a second.
 */
public final class Keeper implements AutoCloseable {
    /** How often pools are kept while an ejection or a slow start is under way. */
    private static final long KEEP_EVERY_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    /**
     * Pause after each round. A round is over all pools: with thousands of backends whose state changes, as after a
     * start, a round for each change would take all of a core.
     */
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    private static final long SECOND_NANOS = TimeUnit.SECONDS.toNanos(1);
    /** A round takes milliseconds, with thousands of pools; a stuck worker may delay a round by seconds. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private static final Logger log = LoggerFactory.getLogger(Keeper.class);

    private final Clock clock;
    private final Supplier<Collection<Pool>> pools;
    private final List<Runnable> everySecond;
    private final Task upkeep;
    private final Task looks;
    private final Thread thread;
    private final AtomicBoolean asked = new AtomicBoolean();
    private volatile boolean closed;

    /**
     * @param pools in force
     * @param everySecond further work of this thread; a failure of one part does not keep the rest from running
     */
    public Keeper(Clock clock, Supplier<Collection<Pool>> pools, List<Runnable> everySecond, Background background) {
        this.clock = clock;
        this.pools = pools;
        this.everySecond = everySecond;
        this.upkeep = background.task(
                "upkeep of pools", "ejected backends may not return meanwhile; the log has more", PATIENCE);
        this.looks = background.task(
                "warnings", "limits and failing sessions may go unnoticed meanwhile; the log has more", PATIENCE);
        this.thread = Thread.ofPlatform().daemon().name("pools").unstarted(() -> upkeep.whole(this::run));
    }

    public void start() {
        thread.start();
    }

    /** Asks for a round: a state that changes with time has begun. Never waits; workers may call this. */
    public void wake() {
        asked.set(true);
        LockSupport.unpark(thread);
    }

    private void run() {
        long lookedNanos = clock.nanos();
        boolean soon = false;
        while (!closed) {
            if (asked.getAndSet(false) || soon) {
                soon = keepPools();
                pause();
            }
            if (clock.nanos() - lookedNanos >= SECOND_NANOS) {
                lookedNanos = clock.nanos();
                look();
            }
            LockSupport.parkNanos(soon ? KEEP_EVERY_NANOS : SECOND_NANOS);
        }
    }

    private void pause() {
        long began = clock.nanos();
        for (long left = PAUSE_NANOS; left > 0 && !closed; left = PAUSE_NANOS - (clock.nanos() - began)) {
            LockSupport.parkNanos(left);
        }
    }

    private boolean keepPools() {
        boolean soon = false;
        boolean failed = false;
        upkeep.begins();
        for (Pool pool : pools.get()) {
            try {
                soon |= pool.keep(clock.nanos());
            } catch (RuntimeException | Error bug) { // this thread must go on
                failed = true;
                asked.set(true); // the next round is for this pool again
                report(upkeep, "pool " + pool + ": " + bug, bug);
            }
        }
        if (!failed) {
            upkeep.works();
        }
        return soon;
    }

    private void look() {
        boolean failed = false;
        looks.begins();
        for (Runnable part : everySecond) {
            try {
                part.run();
            } catch (RuntimeException | Error bug) { // this thread must go on
                failed = true;
                report(looks, "a look has failed: " + bug, bug);
            }
        }
        if (!failed) {
            looks.works();
        }
    }

    private static void report(Task task, String fault, Throwable bug) {
        task.metBug(log, fault, fault, bug);
    }

    @Override
    public void close() {
        closed = true;
        wake();
    }
}
