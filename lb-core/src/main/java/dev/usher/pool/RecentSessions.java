package dev.usher.pool;

import dev.usher.config.Units;
import dev.usher.time.WallClock;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.time.Instant;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * How the last eight sessions fared on one backend, which tells what probes cannot: a stopped process still takes
 * connections. Only for people to read: clients could make a backend look bad, so nothing is decided by it. For the same
 * reason an attempt counts only if the client was still there when the backend had been silent for {@code first_byte} or
 * closed, and what a client's hello may have caused counts only if several addresses saw it.
 *
 * <p>One long, with a byte for each session, the newest in the lowest: the outcome, and five bits of the client's address.
 * Any worker writes, and one that is answered as those before writes nothing.
 */
public final class RecentSessions {
    /** How a session, or an attempt of one, fared. */
    public enum Outcome {
        ANSWERED(1, "were answered"),
        /** The hello was taken, and nothing came within {@code first_byte}. */
        SILENT(2, "got no answer"),
        CLOSED_EARLY(3, "were closed by it without an answer"),
        /** A fatal alert in place of a ServerHello. */
        ALERT(4, "got nothing but a TLS alert"),
        /** Refused, timed out or without a route: no client can cause it. */
        NOT_CONNECTED(5, "could not connect");

        /** As a slot has it; 0 is a slot that nothing was written to yet. */
        private final int code;

        private final String words;

        Outcome(int code, String words) {
            this.code = code;
            this.words = words;
        }
    }

    /**
     * What speaks against a backend.
     *
     * @param sessions how many of the last eight fared badly
     * @param text in words, as {@code the last 7 of 8 sessions got no answer}
     * @param since when the first of them did, by the wall clock
     */
    public record Trouble(int sessions, String text, Instant since) {}

    private static final int KEPT = 8;
    /** So many in a row are enough, even where those before were answered: a quiet site has no eight in an hour. */
    private static final int ENOUGH_IN_A_ROW = 4;
    /** Fewer are chance. */
    private static final int LEAST = 3;

    private static final int BITS = 8;
    private static final int OUTCOME_MASK = 0x07;
    private static final int ADDRESS_SHIFT = 3;
    /** An IPv6 client has a /64 (RFC 4291 section 2.5.1), and with it any number of addresses. */
    private static final int IPV6_PREFIX_BYTES = 8;

    private static final long ALL_ANSWERED = slot(Outcome.ANSWERED, 0) * 0x0101_0101_0101_0101L;
    private static final Outcome[] OUTCOMES = Outcome.values();

    private final AtomicLong slots = new AtomicLong();
    private volatile long troubleSinceMillis;

    /** What {@link #add} wants to know of a client: a few bits, in which several are likely to differ. */
    public static int mark(InetAddress client) {
        int hash = client instanceof Inet4Address
                ? client.hashCode()
                : Arrays.hashCode(Arrays.copyOf(client.getAddress(), IPV6_PREFIX_BYTES));
        return (hash * 0x9E3779B1) >>> (Integer.SIZE - (BITS - ADDRESS_SHIFT));
    }

    /** Notes how one fared. Any worker. */
    void add(Outcome outcome, int mark) {
        long before = slots.get();
        if (outcome == Outcome.ANSWERED && before == ALL_ANSWERED) {
            return;
        }
        long slot = slot(outcome, outcome == Outcome.ANSWERED ? 0 : mark);
        while (!slots.compareAndSet(before, (before << BITS) | slot)) {
            before = slots.get();
        }
        if (outcome != Outcome.ANSWERED && badOnes(before, KEPT) == 0) {
            troubleSinceMillis = WallClock.millis();
        }
    }

    private static long slot(Outcome outcome, int mark) {
        return outcome.code | ((long) mark << ADDRESS_SHIFT);
    }

    private static @Nullable Outcome outcome(long slots, int index) {
        int number = (int) (slots >>> (index * BITS)) & OUTCOME_MASK;
        return number == 0 ? null : OUTCOMES[number - 1]; // codes follow the order
    }

    private static int badOnes(long slots, int newest) {
        int bad = 0;
        for (int i = 0; i < newest; i++) {
            Outcome outcome = outcome(slots, i);
            bad += outcome == null || outcome == Outcome.ANSWERED ? 0 : 1;
        }
        return bad;
    }

    /** What the last sessions say against the backend; null if nothing does. Any thread. */
    @Nullable
    Trouble trouble() {
        long now = slots.get();
        int seen = 0;
        while (seen < KEPT && outcome(now, seen) != null) {
            seen++;
        }
        int row = unansweredInARow(now, seen);
        int bad = badOnes(now, seen);
        boolean nearlyAll = seen == KEPT && bad >= KEPT - 1;
        boolean enough = row >= ENOUGH_IN_A_ROW || nearlyAll || (row == seen && row >= LEAST);
        if (!enough || mayBeOneClientsDoing(now, seen)) {
            return null;
        }
        int of = nearlyAll ? seen : row;
        int count = nearlyAll ? bad : row;
        String which = count == of
                ? "the last " + Units.counted(of, "session")
                : "the last " + count + " of " + of + " sessions";
        return new Trouble(count, which + " " + words(now, of), Instant.ofEpochMilli(troubleSinceMillis));
    }

    /** Alerts do not count here: they are an answer, and scanners that ask for odd things get several in a row. */
    private static int unansweredInARow(long slots, int seen) {
        int row = 0;
        while (row < seen && outcome(slots, row) != Outcome.ANSWERED && outcome(slots, row) != Outcome.ALERT) {
            row++;
        }
        return row;
    }

    /** True if one address saw all of it, and its hellos may have been the cause. */
    private static boolean mayBeOneClientsDoing(long slots, int seen) {
        int marks = 0;
        int certain = 0;
        for (int i = 0; i < seen; i++) {
            Outcome outcome = outcome(slots, i);
            if (outcome == Outcome.NOT_CONNECTED) {
                certain++;
            } else if (outcome != null && outcome != Outcome.ANSWERED) {
                marks |= 1 << (((slots >>> (i * BITS)) & 0xff) >>> ADDRESS_SHIFT);
            }
        }
        return certain < LEAST && Integer.bitCount(marks) < 2;
    }

    /** How the bad ones fared, if all fared alike. */
    private static String words(long slots, int newest) {
        Outcome only = null;
        for (int i = 0; i < newest; i++) {
            Outcome outcome = outcome(slots, i);
            if (outcome == null || outcome == Outcome.ANSWERED || outcome == only) {
                continue;
            }
            if (only != null) {
                return "failed on it: no answer, closed early, a TLS alert or no connection";
            }
            only = outcome;
        }
        return only == null ? "" : only.words;
    }
}
