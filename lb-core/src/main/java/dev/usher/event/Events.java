package dev.usher.event;

import dev.usher.event.Event.Kind;
import dev.usher.pool.Backend;
import dev.usher.pool.Pool;
import dev.usher.time.Clock;
import dev.usher.time.WallClock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The last events, and a log line for each. A crowd of events in a second is cut short ({@link Burst}), so a crowd
 * neither floods the log nor pushes earlier events out of the memory. Any thread but a worker.
 */
public final class Events {
    /**
     * A flapping backend makes a few events a minute: room for hours of flapping, and for more than a minute of crowds
     * of two kinds.
     */
    private static final int MAX_KEPT = 1000;

    private static final Logger log = LoggerFactory.getLogger("usher.events");

    private final Clock clock;
    /** Written with the deque's monitor held. */
    private final ArrayDeque<Event> kept = new ArrayDeque<>();
    /** Each burst is used with the burst's monitor held. */
    private final Map<Kind, Burst> bursts = new EnumMap<>(Kind.class);
    /** The sequence of the last event; 0 before the first. */
    private volatile long last;

    /** The subject of an event about a backend. */
    public static String subject(Pool pool, Backend backend) {
        return "backend " + backend + " of pool " + pool;
    }

    /** A time for a text, cut to seconds for easier reading. */
    public static String second(Instant time) {
        return time.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    public Events(Clock clock) {
        this.clock = clock;
        for (Kind kind : Kind.values()) {
            Burst burst = Burst.of(kind);
            if (burst != null) {
                bursts.put(kind, burst);
            }
        }
    }

    /**
     * Reports an event. Of a crowd, only the first events of a second are reported here; {@link #look} reports the
     * number of the rest.
     */
    public void add(Kind kind, String subject, String text) {
        Burst burst = bursts.get(kind);
        if (burst == null) {
            tell(kind, subject, text);
            return;
        }
        synchronized (burst) {
            tell(burst.rest(clock.nanos()));
            if (burst.admits(subject, clock.nanos())) {
                tell(kind, subject, text);
            }
        }
    }

    /** Reports the number of further events, for each crowd whose second is over. Called about once a second. */
    public void look() {
        for (Burst burst : bursts.values()) {
            synchronized (burst) {
                tell(burst.rest(clock.nanos()));
            }
        }
    }

    /** Reports the number of further events, as the last act. */
    public void close() {
        for (Burst burst : bursts.values()) {
            synchronized (burst) {
                tell(burst.end());
            }
        }
    }

    private void tell(Burst.@Nullable Rest rest) {
        if (rest != null) {
            tell(rest.kind(), rest.subject(), rest.text());
        }
    }

    private void tell(Kind kind, String subject, String text) {
        switch (kind) {
            case BACKEND_DOWN, BACKEND_EJECTED, POOL_DOWN, LIMIT, WARNING -> log.warn("{}: {}", subject, text);
            case RELOAD_REFUSED -> log.error("{}: {}", subject, text);
            case BACKEND_UP, BACKEND_DRAINING, POOL_UP, RELOADED, ADMIN, RECOVERED -> log.info("{}: {}", subject, text);
        }
        synchronized (kept) {
            if (kept.size() == MAX_KEPT) {
                kept.removeFirst();
            }
            last++;
            kept.addLast(new Event(last, Instant.ofEpochMilli(WallClock.millis()), kind, subject, text));
        }
    }

    /** The sequence of the last event; 0 before the first. */
    public long last() {
        return last;
    }

    /** Oldest first. */
    public List<Event> all() {
        synchronized (kept) {
            return List.copyOf(kept);
        }
    }
}
