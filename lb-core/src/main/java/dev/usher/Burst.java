package dev.usher;

import dev.usher.Event.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Events of one kind that come in crowds, as they do when a network goes: the first of a second are told one by one, and the
 * others are counted, for one event about all of them. Guarded by whoever has it.
 */
final class Burst {
    /** As many as can be read, and name the pools that matter. */
    static final int ONE_BY_ONE = 10;

    /** How many of those that are counted are named. */
    static final int NAMED = 3;

    static final Duration SECOND = Duration.ofSeconds(1);

    private final Kind kind;
    private final String thing;
    private final String what;
    private long beganNanos;
    private int told;
    private int counted;
    private final List<String> named = new ArrayList<>();

    /** All that was counted in a second. */
    record Rest(Kind kind, String subject, String text) {}

    private Burst(Kind kind, String thing, String what) {
        this.kind = kind;
        this.thing = thing;
        this.what = what;
    }

    /** Null for what somebody did, and is to find again: that is told one by one, however much it is. */
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

    /** Whether an event is to be told by itself. {@link #rest} has to be asked before. */
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

    /** Takes what was counted, once its second is over; null if that was nothing. */
    @Nullable
    Rest rest(long nowNanos) {
        return told > 0 && nowNanos - beganNanos >= SECOND.toNanos() ? end() : null;
    }

    /** Takes what was counted so far; null if that was nothing. */
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
