package dev.usher.relay;

import dev.usher.end.CloseReason;
import dev.usher.loop.BufferPool;
import dev.usher.loop.HeldBuffer;
import dev.usher.loop.Worker;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The openings of one worker that hold a buffer, and the order in which they give way where room is short: sent copies,
 * then unfinished openings, then openings that wait for a backend.
 *
 * <p>A sent copy is for a second attempt, and goes as soon as a buffer is needed elsewhere: the session stays, without a
 * second attempt. The oldest goes first: a backend that works answers within moments, and a copy that has waited long
 * is of a backend that does not answer. An opening that is whole and not sent in whole waits for a connection. Where
 * everything else is used up, the oldest ends, for the same reason; for a relay's bytes only while openings that wait
 * hold more than the share. So clients of a silent or of an unreachable backend
 * take no room from clients of a good backend.
 *
 * <p>Unfinished openings share a part of the worker's buffers, so that whole
 * openings find room even while clients send parts of openings and stop.
 *
 * <p>An opening that needs room, while more than half of the share is in use, evicts another: the largest opening of
 * the address with the most bytes; among equals the opening longest at this size. A single address with every byte may
 * be many clients behind a translator. Then the most wasteful opening goes, by bytes times the time since its
 * buffer last grew, so that a small new opening has a chance. Up to half of the share, no opening is evicted.
 *
 * <p>Addresses are told apart by a salted hash with {@value #HOLDERS} values. Addresses with the same value count as
 * one.
 */
final class UnfinishedOpenings {
    /**
     * The share is a quarter of the worker's budget. Relays leave this quarter to openings:
     * {@link BufferPool#hasRoomToRelay}.
     */
    private static final int SHARE = 4;
    /**
     * Room for the largest opening and for its larger buffer during growth: even the smallest budget lets one such
     * opening through.
     */
    private static final long MIN_SHARE_BYTES = 256 * 1024;

    /** Places for addresses. Each eviction scans every place, in about a microsecond. */
    private static final int HOLDERS = 1024;

    private static final int SIZES = Integer.numberOfTrailingZeros(BufferPool.MAX_BYTES / BufferPool.MIN_BYTES) + 1;

    /**
     * The bytes of one opening, in the list of openings of the same address and size, in order of arrival in the list.
     */
    static final class Part {
        private final Claim opening;
        private final Holder holder;
        private final int bytes;
        private final long sinceNanos;
        private @Nullable Part previous;
        private @Nullable Part next;

        private Part(Claim opening, Holder holder, long sinceNanos) {
            this.opening = opening;
            this.holder = holder;
            this.bytes = opening.heldBytes();
            this.sinceNanos = sinceNanos;
        }

        private int size() {
            return Integer.numberOfTrailingZeros(bytes / BufferPool.MIN_BYTES);
        }

        /** Bytes held, times the time since the last growth. */
        private double waste(long nowNanos) {
            return (double) bytes * (nowNanos - sinceNanos + 1);
        }
    }

    /** The openings of one address. */
    private static final class Holder {
        private final @Nullable Part[] first = new Part[SIZES];
        private final @Nullable Part[] last = new Part[SIZES];
        private long bytes;

        private void add(Part part) {
            int size = part.size();
            Part before = last[size];
            part.previous = before;
            if (before == null) {
                first[size] = part;
            } else {
                before.next = part;
            }
            last[size] = part;
            bytes += part.bytes;
        }

        private void remove(Part part) {
            int size = part.size();
            if (part.previous == null) {
                first[size] = part.next;
            } else {
                part.previous.next = part.next;
            }
            if (part.next == null) {
                last[size] = part.previous;
            } else {
                part.next.previous = part.previous;
            }
            part.previous = null;
            part.next = null;
            bytes -= part.bytes;
        }

        private @Nullable Part largest() {
            for (int size = SIZES - 1; size >= 0; size--) {
                if (first[size] != null) {
                    return first[size];
                }
            }
            return null;
        }

        private @Nullable Part mostWasteful(long nowNanos) {
            Part most = null;
            for (Part oldest : first) { // at equal size, the oldest opening wastes most
                if (oldest != null && (most == null || oldest.waste(nowNanos) >= most.waste(nowNanos))) {
                    most = oldest;
                }
            }
            return most;
        }
    }

    private final Worker worker;
    private final BufferPool buffers;
    private final OpeningsByAge copies = new OpeningsByAge();
    private final OpeningsByAge waiting = new OpeningsByAge();
    private final AddressHash hash;
    private final long shareBytes;
    /** Holders by the hash of their address. Each is made when first needed, and kept. */
    private final @Nullable Holder[] holders = new Holder[HOLDERS];
    /** Number of holders with an opening. */
    private int holding;

    private long bytes;
    /** The opening that asks for room just now, whose session must not end here; null while none asks. */
    private @Nullable Claim asking;

    UnfinishedOpenings(Worker worker, RandomGenerator draws) {
        this.hash = new AddressHash(draws);
        this.worker = worker;
        this.buffers = worker.buffers();
        buffers.spareFrom(new BufferPool.Spare() {
            @Override
            public long bytes() {
                return copies.bytes();
            }

            @Override
            public boolean giveBack() {
                boolean forRelay = asking == null;
                return dropOldestCopy() || (forRelay && waiting.bytes() > shareBytes && endOldestWaiting());
            }
        });
        long budget = buffers.budgetBytes();
        this.shareBytes = Math.min(budget, Math.max(budget / SHARE, MIN_SHARE_BYTES));
    }

    private boolean dropOldestCopy() {
        Claim copy = copies.oldest();
        if (copy == null) {
            return false;
        }
        copy.forget();
        return true;
    }

    /** An opening is whole and with a buffer, and waits for a backend. */
    void waits(Claim opening) {
        strike(opening);
        waiting.add(opening);
    }

    /** An opening has been sent in whole; its buffer is for a second attempt. */
    void isSent(Claim opening) {
        copies.add(opening);
    }

    /**
     * A buffer for an opening, whole or not, in addition to the opening's present buffer. Ends other sessions if needed
     * for room; evicts {@code asking} itself, if first in the order of eviction.
     *
     * @param least capacity
     * @return null if there is no room
     */
    @Nullable
    HeldBuffer acquire(Claim asking, int least) {
        this.asking = asking;
        try {
            return acquireFor(asking, least);
        } finally {
            this.asking = null;
        }
    }

    @SuppressWarnings("ReferenceEquality") // the very same opening is meant
    private @Nullable HeldBuffer acquireFor(Claim asking, int least) {
        long more = asking.isWhole() ? 0 : BufferPool.capacityFor(least) - asking.heldBytes();
        while (bytes + more > shareBytes || !buffers.makeRoomFor(least)) {
            Claim worst = bytes > shareBytes / 2 ? worst() : null;
            if (worst == null && bytes + more <= shareBytes && endOldestWaiting()) {
                continue;
            }
            if (worst == null) {
                return null;
            }
            if (worst == asking) {
                asking.evict();
                return null;
            }
            strike(worst); // first: whatever fails in its end, this loop must come to an end
            worst.session().end(CloseReason.HELLO_EVICTED);
        }
        return buffers.acquire(least);
    }

    /** Ends the session that has waited longest for a backend; false if that is the asking session, or none waits. */
    @SuppressWarnings("ReferenceEquality") // the very same opening is meant
    private boolean endOldestWaiting() {
        Claim oldest = waiting.oldest();
        if (oldest == null || oldest == asking) {
            return false;
        }
        oldest.leaveList(); // first, as above
        oldest.session().end(CloseReason.OUT_OF_BUFFERS);
        return true;
    }

    /** Notes the present buffer and client of an unfinished opening. */
    void file(Claim opening) {
        strike(opening);
        Part part = new Part(opening, holder(opening), worker.nowNanos());
        if (part.holder.bytes == 0) {
            holding++;
        }
        part.holder.add(part);
        bytes += part.bytes;
        opening.part = part;
    }

    /** Forgets an opening that is whole or gone; no effect if not filed. */
    void strike(Claim opening) {
        Part part = opening.part;
        if (part == null) {
            return;
        }
        opening.part = null;
        bytes -= part.bytes;
        part.holder.remove(part);
        if (part.holder.bytes == 0) {
            holding--;
        }
    }

    private Holder holder(Claim opening) {
        int at = (int) hash.of(opening.session().clientAddress()) & (HOLDERS - 1);
        Holder holder = holders[at];
        if (holder == null) {
            holder = new Holder();
            holders[at] = holder;
        }
        return holder;
    }

    /** The first opening to evict; null if no opening is filed. */
    private @Nullable Claim worst() {
        Holder most = null;
        for (Holder holder : holders) {
            if (holder != null && (most == null || holder.bytes > most.bytes)) {
                most = holder;
            }
        }
        if (most == null) {
            return null;
        }
        Part worst = holding == 1 ? most.mostWasteful(worker.nowNanos()) : most.largest();
        return worst == null ? null : worst.opening;
    }
}
