package dev.usher.pool;

import dev.usher.config.Units;
import dev.usher.time.WallClock;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.time.Instant;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Outcomes of the last eight sessions on one backend. They show faults that probes miss: a stopped process still
 * accepts connections. For display only: clients could make a backend look bad, so no decision uses this. For the same
 * reason, an attempt counts only if the client was still there when the backend stayed silent for {@code first_byte} or
 * closed, and faults that a client's hello may have caused count only if seen by several addresses.
 *
 * <p>Kept in one immutable {@link State}, swapped whole, so that outcomes and times always belong together. Any worker may
 * write; an answered session after eight answered sessions writes nothing.
 */
public final class RecentSessions {
    /** The outcome of a session or of an attempt. */
    public enum Outcome {
        ANSWERED(1, "were answered"),
        /** The backend took the hello, and sent nothing within {@code first_byte}. */
        SILENT(2, "got no answer"),
        CLOSED_EARLY(3, "were closed by it without an answer"),
        /** A fatal alert in place of a ServerHello. */
        ALERT(4, "got nothing but a TLS alert"),
        /** Refused, timed out or without a route: no client can cause this. */
        NOT_CONNECTED(5, "could not connect");

        /** The code in a slot; 0 is an unused slot. */
        private final int code;

        private final String words;

        Outcome(int code, String words) {
            this.code = code;
            this.words = words;
        }
    }

    /**
     * A complaint about a backend.
     *
     * @param sessions bad sessions among the last eight
     * @param text in words, such as {@code the last 7 of 8 sessions got no answer}
     * @param since the first session of the row that the complaint is about, by the wall clock
     */
    public record Trouble(int sessions, String text, Instant since) {}

    private static final int KEPT = 8;
    /**
     * This many bad sessions in a row are enough, even after answered sessions: a quiet site may not have eight in an
     * hour.
     */
    private static final int ENOUGH_IN_A_ROW = 4;
    /** Fewer bad sessions may be chance. */
    private static final int LEAST = 3;

    private static final int BITS = 8;
    private static final int OUTCOME_MASK = 0x07;
    private static final int ADDRESS_SHIFT = 3;
    /** An IPv6 client has a /64 (RFC 4291 section 2.5.1), and so any number of addresses. */
    private static final int IPV6_PREFIX_BYTES = 8;

    private static final long ALL_ANSWERED = slot(Outcome.ANSWERED, 0) * 0x0101_0101_0101_0101L;
    private static final Outcome[] OUTCOMES = Outcome.values();

    /**
     * Outcomes, and the times at which rows of bad sessions began, by the wall clock. A row may be longer than the
     * outcomes reach back.
     *
     * @param slots a byte per session, the newest lowest: the outcome, and five bits of the client's address
     * @param unansweredSince start of the last row of unanswered sessions
     * @param badSince start of the last row of bad sessions, alerts included
     * @param badBefore start of the row before that
     */
    private record State(long slots, long unansweredSince, long badSince, long badBefore) {
        static final State EMPTY = new State(0, 0, 0, 0);

        State after(Outcome outcome, int mark, long now) {
            Outcome last = outcome(slots, 0);
            boolean rowBegins = isUnanswered(outcome) && !isUnanswered(last);
            boolean badBegins = isBad(outcome) && !isBad(last);
            return new State(
                    (slots << BITS) | slot(outcome, isBad(outcome) ? mark : 0),
                    rowBegins ? now : unansweredSince,
                    badBegins ? now : badSince,
                    badBegins ? badSince : badBefore);
        }

        /** Start of the row that the oldest bad session belongs to, if seven of eight or all are bad. */
        long nearlyAllSince() {
            for (int i = 1; i < KEPT - 1; i++) {
                if (!isBad(outcome(slots, i))) {
                    return badBefore; // bad sessions on both sides
                }
            }
            return badSince;
        }
    }

    private final AtomicReference<State> state = new AtomicReference<>(State.EMPTY);
    private final LongSupplier wallMillis;

    RecentSessions() {
        this(WallClock::millis);
    }

    RecentSessions(LongSupplier wallMillis) {
        this.wallMillis = wallMillis;
    }

    /** The mark of a client, for {@link #add}: a few bits that are likely to differ between clients. */
    public static int mark(InetAddress client) {
        int hash = client instanceof Inet4Address
                ? client.hashCode()
                : Arrays.hashCode(Arrays.copyOf(client.getAddress(), IPV6_PREFIX_BYTES));
        return (hash * 0x9E3779B1) >>> (Integer.SIZE - (BITS - ADDRESS_SHIFT));
    }

    /** Records the outcome of a session. Any worker. */
    void add(Outcome outcome, int mark) {
        State before = state.get();
        if (outcome == Outcome.ANSWERED && before.slots == ALL_ANSWERED) {
            return;
        }
        long now = wallMillis.getAsLong();
        while (!state.compareAndSet(before, before.after(outcome, mark, now))) {
            before = state.get();
        }
    }

    /** Forgets all sessions: the backend has come back, and what was before says nothing of it. */
    void forget() {
        state.set(State.EMPTY);
    }

    private static long slot(Outcome outcome, int mark) {
        return outcome.code | ((long) mark << ADDRESS_SHIFT);
    }

    private static @Nullable Outcome outcome(long slots, int index) {
        int number = (int) (slots >>> (index * BITS)) & OUTCOME_MASK;
        return number == 0 ? null : OUTCOMES[number - 1]; // codes follow the order of the constants
    }

    private static int badOnes(long slots, int newest) {
        int bad = 0;
        for (int i = 0; i < newest; i++) {
            bad += isBad(outcome(slots, i)) ? 1 : 0;
        }
        return bad;
    }

    private static boolean isBad(@Nullable Outcome outcome) {
        return outcome != null && outcome != Outcome.ANSWERED;
    }

    /** An alert is an answer. */
    private static boolean isUnanswered(@Nullable Outcome outcome) {
        return isBad(outcome) && outcome != Outcome.ALERT;
    }

    /** The complaint of the last sessions about the backend; null if there is none. Any thread. */
    @Nullable
    Trouble trouble() {
        State current = state.get();
        long now = current.slots;
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
        long since = nearlyAll ? current.nearlyAllSince() : current.unansweredSince;
        return new Trouble(count, which + " " + words(now, of), Instant.ofEpochMilli(since));
    }

    /**
     * Counts unanswered sessions in a row. Alerts do not count: an alert is an answer, and scanners with odd hellos get
     * several in a row.
     */
    private static int unansweredInARow(long slots, int seen) {
        int row = 0;
        while (row < seen && isUnanswered(outcome(slots, row))) {
            row++;
        }
        return row;
    }

    /** True if a single address saw every fault: hellos of this client may be the cause. */
    private static boolean mayBeOneClientsDoing(long slots, int seen) {
        int marks = 0;
        int certain = 0;
        for (int i = 0; i < seen; i++) {
            Outcome outcome = outcome(slots, i);
            if (outcome == Outcome.NOT_CONNECTED) {
                certain++;
            } else if (isBad(outcome)) {
                marks |= 1 << (((slots >>> (i * BITS)) & 0xff) >>> ADDRESS_SHIFT);
            }
        }
        return certain < LEAST && Integer.bitCount(marks) < 2;
    }

    /** The words for the bad sessions, if the outcome was the same for each. */
    private static String words(long slots, int newest) {
        Outcome only = null;
        for (int i = 0; i < newest; i++) {
            Outcome outcome = outcome(slots, i);
            if (!isBad(outcome) || outcome == only) {
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
