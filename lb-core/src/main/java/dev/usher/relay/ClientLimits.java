package dev.usher.relay;

import dev.usher.config.LimitsConfig.PerClientIp;
import dev.usher.time.Clock;
import java.net.InetAddress;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The use of the limits by each client address: open connections, and a token bucket for new connections. Shared by the
 * workers without a lock, and of a fixed size: a million addresses cost no more than ten.
 *
 * <p>A table of slots, in groups of eight; an address belongs to a single group. A slot is a long, changed only by
 * compare-and-set:
 *
 * <pre>
 *   20 bits  fingerprint of the address
 *   16 bits  open connections
 *   28 bits  when the bucket is full again, in sixteenths of a millisecond (the theoretical arrival time of GCRA)
 * </pre>
 *
 * A slot without open connections and with a full bucket is free for the next address that needs a slot. Two addresses
 * of a group share a slot by chance once in 100,000 times; the hash is seeded, so no client can force a collision. With
 * all eight slots in use, a new address is let in uncounted: other clients' use must not lock a client out.
 *
 * <p>The clock of the slots wraps after four and a half hours. So that no time is read a turn too late, every slot is
 * swept four times a turn, by the first worker to admit a client then; a sweep takes half a millisecond.
 */
public final class ClientLimits {
    /** Result of {@link #admit} without a limit or without a slot: nothing to release. */
    static final int NOT_COUNTED = -1;
    /** The address has reached the limit of open connections. */
    static final int TOO_MANY = -2;
    /** The address opens connections too fast. */
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

    /** Time of the last sweep, in ticks that do not wrap. */
    private final AtomicLong sweptTicks = new AtomicLong();

    private final AtomicLong uncounted = new AtomicLong();
    private final AddressHash hash;
    private final RandomGenerator draws;
    private final long bornNanos;

    public ClientLimits(Clock clock, RandomGenerator draws) {
        this.bornNanos = clock.nanos();
        this.hash = new AddressHash(draws);
        this.draws = draws;
    }

    /** Connections let in uncounted, since the slots of the address's group were in use. */
    public long uncounted() {
        return uncounted.get();
    }

    /**
     * Counts one more connection of a client, unless a limit refuses the connection.
     *
     * @param client null for a client without an address, who is not counted
     * @return the slot, for {@link #release} at the connection's end; negative if refused, or with nothing to release
     */
    int admit(@Nullable InetAddress client, Routing routing, long nowNanos) {
        PerClientIp limit = routing.config().limits().perClientIp();
        if (client == null || (limit.connections() == 0 && limit.newPerSecond() == 0)) {
            return NOT_COUNTED;
        }
        return admit(hash.of(client), limit, nowNanos);
    }

    /** @param hash of a client's address; its low bits choose the group, its high bits the slot */
    int admit(long hash, PerClientIp limit, long nowNanos) {
        long ticks = (nowNanos - bornNanos) / NANOS_PER_TICK;
        long now = ticks & TIME_MASK;
        long swept = sweptTicks.get();
        if (ticks - swept >= QUARTER_TICKS && sweptTicks.compareAndSet(swept, ticks)) {
            sweep(now, ticks - swept >= 2 * QUARTER_TICKS);
        }
        long fingerprint = hash >>> (OPEN_BITS + TIME_BITS) | 1; // never 0, the mark of an unused slot
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
                continue; // another worker has just given the slot to another address
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
     * The furthest that a bucket's full time may lie ahead of now with one more connection admitted, in ticks. Includes
     * the spread of the random steps of {@link #step}, so that chance does not leave a client less than its burst: at
     * least two standard deviations, and the whole spread for a small burst.
     */
    private static long room(long burst, int newPerSecond) {
        long exact = (burst - 1) * TICKS_PER_SECOND / newPerSecond;
        boolean byLot = TICKS_PER_SECOND % newPerSecond > 0;
        return byLot ? exact + 1 + Math.min(burst - 1, (long) (2 * Math.sqrt((double) burst))) : exact;
    }

    /**
     * The time until a connection's place in the bucket comes back, in whole ticks. The remainder of the division is
     * added at random, so any rate is right on average, even more than one connection a tick.
     */
    private long step(int newPerSecond) {
        long whole = TICKS_PER_SECOND / newPerSecond;
        long rest = TICKS_PER_SECOND % newPerSecond;
        boolean oneMore = rest > 0 && draws.nextLong(newPerSecond) < rest;
        return oneMore ? whole + 1 : whole;
    }

    /**
     * Clears past times from every slot.
     *
     * @param all whether every time must be past, since no client was admitted for so long
     */
    private void sweep(long now, boolean all) {
        for (int at = 0; at < SLOTS; at++) {
            long before = slots.get(at);
            if (before != 0 && (all || !isLater(before & TIME_MASK, now))) {
                long after = open(before) == 0 ? 0 : (before & ~TIME_MASK) | now;
                slots.compareAndSet(at, before, after); // on failure the slot was changed just now, and is not old
            }
        }
    }

    /** The slot of the address, else a free slot, else -1. */
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

    /** Compares times on a clock that wraps: the next quarter of a turn is the future. */
    private static boolean isLater(long time, long now) {
        long ahead = (time - now) & TIME_MASK;
        return ahead != 0 && ahead <= QUARTER_TICKS;
    }

    /**
     * A connection is over.
     *
     * @param at the result of {@link #admit}
     */
    void release(int at) {
        if (at >= 0) {
            slots.addAndGet(at, -OPEN_ONE);
        }
    }
}
