package dev.usher.upkeep;

import dev.usher.pool.Pool;
import dev.usher.time.Clock;
import java.util.Collection;
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

    private static final long SECOND_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final Logger log = LoggerFactory.getLogger(Keeper.class);

    private final Clock clock;
    private final Supplier<Collection<Pool>> pools;
    private final Runnable everySecond;
    private final Thread thread = Thread.ofPlatform().daemon().name("pools").unstarted(this::run);
    private final AtomicBoolean asked = new AtomicBoolean();
    private volatile boolean closed;

    /**
     * @param pools in force
     * @param everySecond further work of this thread
     */
    public Keeper(Clock clock, Supplier<Collection<Pool>> pools, Runnable everySecond) {
        this.clock = clock;
        this.pools = pools;
        this.everySecond = everySecond;
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
            }
            if (clock.nanos() - lookedNanos >= SECOND_NANOS) {
                lookedNanos = clock.nanos();
                lookAtLimits();
            }
            LockSupport.parkNanos(soon ? KEEP_EVERY_NANOS : SECOND_NANOS);
        }
    }

    private boolean keepPools() {
        boolean soon = false;
        for (Pool pool : pools.get()) {
            try {
                soon |= pool.keep(clock.nanos());
            } catch (RuntimeException | Error bug) { // this thread must go on
                log.error("a bug in usher: upkeep of pool {} failed", pool, bug);
            }
        }
        return soon;
    }

    private void lookAtLimits() {
        try {
            everySecond.run();
        } catch (RuntimeException | Error bug) { // this thread must go on
            log.error("a bug in usher: the check of the limits failed", bug);
        }
    }

    @Override
    public void close() {
        closed = true;
        wake();
    }
}
