package dev.usher.relay;

import dev.usher.config.LimitsConfig.PerClientIp;
import dev.usher.time.Clock;
import java.net.InetAddress;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * How much each client address has: open connections, and a token bucket for new ones. Shared by all workers without a
 * lock, and of one size whatever comes: a million addresses cost no more than ten.
 *
 * <p>A table of slots, in groups of eight; an address belongs to one group. A slot is one long, changed only by
 * compare-and-set:
 *
 * <pre>
 *   20 bits  fingerprint of the address
 *   16 bits  open connections
 *   28 bits  when the bucket is full again, in sixteenths of a millisecond (the theoretical arrival time of GCRA)
 * </pre>
 *
 * A slot without open connections whose bucket is full again says nothing, and goes to the next address that needs one.
 * Two addresses of one group share a slot by chance once in 100,000 times; the hash is seeded, so nobody can make it
 * happen. Where all eight are in use, the newcomer is let in uncounted: the limits of others must not lock it out.
 *
 * <p>The clock of the slots wraps after four and a half hours. So that none is ever read a turn too late, all slots are
 * looked through four times a turn, by whichever worker is the first to admit somebody then; it takes half a millisecond.
 */
public final class ClientLimits {
    /** What {@link #admit} says where there is no limit, or no slot: nothing to release. */
    static final int NOT_COUNTED = -1;
    /** The address has as many connections open as it may. */
    static final int TOO_MANY = -2;
    /** The address opens connections faster than it may. */
    static final int TOO_FAST = -3;

    /** A mebibyte in all. */
    private static final int SLOTS = 128 * 1024;

    private static final int GROUP = 8;
    private static final int OPEN_BITS = 16;
    private static final int TIME_BITS = 28;
    private static final long TIME_MASK = (1L << TIME_BITS) - 1;
    private static final int MAX_OPEN = (1 << OPEN_BITS) - 1;
    private static final long OPEN_ONE = 1L << TIME_BITS;
    private static final long TICKS_PER_SECOND = 16_000;
    private static final long NANOS_PER_TICK = 1_000_000_000 / TICKS_PER_SECOND;

    private final AtomicLongArray slots = new AtomicLongArray(SLOTS);
    /** A quarter of a turn of the clock: no bucket takes longer to fill, and no time stands in a slot for longer. */
    private static final long QUARTER_TICKS = 1L << (TIME_BITS - 2);

    /** When all slots were looked through, in ticks that do not wrap. */
    private final AtomicLong sweptTicks = new AtomicLong();

    private final AtomicLong uncounted = new AtomicLong();
    private final AddressHash hash = new AddressHash();
    private final long bornNanos;

    public ClientLimits(Clock clock) {
        this.bornNanos = clock.nanos();
    }

    /** Connections that were let in uncounted, since all slots of their group were in use. */
    public long uncounted() {
        return uncounted.get();
    }

    /**
     * Counts one more connection of a client, if it may have it.
     *
     * @return what {@link #release} wants at its end; negative if there is nothing to release, or it was refused
     */
    int admit(InetAddress client, Routing routing, long nowNanos) {
        PerClientIp limit = routing.config().limits().perClientIp();
        if (limit.connections() == 0 && limit.newPerSecond() == 0) {
            return NOT_COUNTED;
        }
        return admit(hash.of(client), limit, nowNanos);
    }

    private int admit(long hash, PerClientIp limit, long nowNanos) {
        long ticks = (nowNanos - bornNanos) / NANOS_PER_TICK;
        long now = ticks & TIME_MASK;
        long swept = sweptTicks.get();
        if (ticks - swept >= QUARTER_TICKS && sweptTicks.compareAndSet(swept, ticks)) {
            sweep(now, ticks - swept >= 2 * QUARTER_TICKS);
        }
        long fingerprint = hash >>> (OPEN_BITS + TIME_BITS) | 1; // never 0: that is a slot never used
        int group = (int) (hash & (SLOTS / GROUP - 1)) * GROUP;
        while (true) {
            int at = find(group, fingerprint, now);
            if (at < 0) {
                uncounted.incrementAndGet();
                return NOT_COUNTED;
            }
            long before = slots.get(at);
            boolean mine = before >>> (OPEN_BITS + TIME_BITS) == fingerprint;
            if (!mine && !isFree(before, now)) {
                continue; // another worker gave it to another address meanwhile
            }
            int open = mine ? open(before) : 0;
            long fullAt = mine && isLater(before & TIME_MASK, now) ? before & TIME_MASK : now;
            if (limit.connections() > 0 && open >= Math.min(limit.connections(), MAX_OPEN)) {
                return TOO_MANY;
            }
            if (limit.newPerSecond() > 0) {
                long burst = limit.burst() == 0 ? limit.newPerSecond() : limit.burst();
                if (((fullAt - now) & TIME_MASK) > room(burst, limit.newPerSecond())) {
                    return TOO_FAST;
                }
                fullAt = (fullAt + step(limit.newPerSecond())) & TIME_MASK;
            }
            long after = fingerprint << (OPEN_BITS + TIME_BITS) | (long) (open + 1) << TIME_BITS | fullAt;
            if (open < MAX_OPEN && slots.compareAndSet(at, before, after)) {
                return at;
            }
            if (open == MAX_OPEN) {
                return TOO_MANY;
            }
        }
    }

    /**
     * How far ahead of now a bucket may be full and still take one more, in ticks. With room for what the lots of
     * {@link #step} may add up to: a client must not have less than its burst for bad luck. That is two standard deviations
     * at least, and all that there is where the burst is small.
     */
    private static long room(long burst, int newPerSecond) {
        long exact = (burst - 1) * TICKS_PER_SECOND / newPerSecond;
        boolean byLot = TICKS_PER_SECOND % newPerSecond > 0;
        return byLot ? exact + 1 + Math.min(burst - 1, (long) (2 * Math.sqrt((double) burst))) : exact;
    }

    /**
     * How long a connection's place in the bucket takes to come back, in whole ticks. What is left over by division is
     * given out by lot, so that any rate is right on average, also one of more than a connection a tick.
     */
    private static long step(int newPerSecond) {
        long whole = TICKS_PER_SECOND / newPerSecond;
        long rest = TICKS_PER_SECOND % newPerSecond;
        boolean oneMore = rest > 0 && ThreadLocalRandom.current().nextLong(newPerSecond) < rest;
        return oneMore ? whole + 1 : whole;
    }

    /**
     * Takes from all slots what is past.
     *
     * @param all whether nothing can be but past, since nobody was admitted for so long
     */
    private void sweep(long now, boolean all) {
        for (int at = 0; at < SLOTS; at++) {
            long before = slots.get(at);
            if (before != 0 && (all || !isLater(before & TIME_MASK, now))) {
                long after = open(before) == 0 ? 0 : (before & ~TIME_MASK) | now;
                slots.compareAndSet(at, before, after); // else it was changed this very moment, and is not old
            }
        }
    }

    /** The slot of the address, else a free one, else -1. */
    private int find(int group, long fingerprint, long now) {
        int free = -1;
        for (int i = group; i < group + GROUP; i++) {
            long slot = slots.get(i);
            if (slot >>> (OPEN_BITS + TIME_BITS) == fingerprint) {
                return i;
            }
            if (free < 0 && isFree(slot, now)) {
                free = i;
            }
        }
        return free;
    }

    private static boolean isFree(long slot, long now) {
        return slot == 0 || (open(slot) == 0 && !isLater(slot & TIME_MASK, now));
    }

    private static int open(long slot) {
        return (int) (slot >>> TIME_BITS) & MAX_OPEN;
    }

    /** On a clock that wraps: the next quarter of a turn is the future. */
    private static boolean isLater(long time, long now) {
        long ahead = (time - now) & TIME_MASK;
        return ahead != 0 && ahead <= QUARTER_TICKS;
    }

    /**
     * A connection is over.
     *
     * @param at what {@link #admit} returned
     */
    void release(int at) {
        if (at >= 0) {
            slots.addAndGet(at, -OPEN_ONE);
        }
    }
}
