package dev.usher.event;

import dev.usher.event.Event.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Events of a kind that comes in crowds, as when a network fails. The first events of a second are reported singly; the
 * rest are counted, for a single event about the rest. Guarded by the owner.
 */
final class Burst {
    /** Events reported singly in a second: few enough to read, enough to name the pools that matter. */
    static final int ONE_BY_ONE = 10;

    /** Number of counted events named in the summary. */
    static final int NAMED = 3;

    static final Duration SECOND = Duration.ofSeconds(1);

    private final Kind kind;
    private final String thing;
    private final String what;
    private long beganNanos;
    private int told;
    private int counted;
    private final List<String> named = new ArrayList<>();

    /** The summary of the events counted in a second. */
    record Rest(Kind kind, String subject, String text) {}

    private Burst(Kind kind, String thing, String what) {
        this.kind = kind;
        this.thing = thing;
        this.what = what;
    }

    /**
     * A burst for this kind; null for a kind caused by people. An administrator must find each own action, so such
     * events are always reported singly.
     */
    static @Nullable Burst of(Kind kind) {
        return switch (kind) {
            case BACKEND_UP -> new Burst(kind, "backend", "up");
            case BACKEND_DOWN -> new Burst(kind, "backend", "down");
            case BACKEND_EJECTED -> new Burst(kind, "backend", "ejected");
            case BACKEND_DRAINING -> new Burst(kind, "backend", "draining");
            case POOL_DOWN -> new Burst(kind, "pool", "no backend takes sessions; clients are refused;");
            case POOL_UP -> new Burst(kind, "pool", "backends serve again");
            case LIMIT -> new Burst(kind, "limit", "being hit");
            case WARNING -> new Burst(kind, "warning", "given");
            case RECOVERED -> new Burst(kind, "task", "works again");
            case RELOADED, RELOAD_REFUSED, ADMIN -> null;
        };
    }

    /** Whether to report an event singly. Call {@link #rest} first. */
    boolean admits(String subject, long nowNanos) {
        if (told == 0) {
            beganNanos = nowNanos;
        }
        if (told < ONE_BY_ONE) {
            told++;
            return true;
        }
        if (counted++ < NAMED) {
            named.add(subject);
        }
        return false;
    }

    /** Takes the counted events, once their second is over; null if no event was counted. */
    @Nullable
    Rest rest(long nowNanos) {
        return told > 0 && nowNanos - beganNanos >= SECOND.toNanos() ? end() : null;
    }

    /** Takes the events counted so far; null if no event was counted. */
    @Nullable
    Rest end() {
        Rest rest = counted == 0 ? null : new Rest(kind, subject(), text());
        told = 0;
        counted = 0;
        named.clear();
        return rest;
    }

    private String subject() {
        return String.format(Locale.ROOT, "%,d more %s%s", counted, thing, counted == 1 ? "" : "s");
    }

    private String text() {
        String others = counted > named.size() ? ", …" : "";
        return what + " within a second: " + String.join(", ", named) + others;
    }
}
