package dev.usher;

import dev.usher.Event.Kind;
import dev.usher.pool.Backend;
import dev.usher.pool.Pool;
import dev.usher.time.WallClock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The last events, and a line in the log for each. Any thread but a worker. */
final class Events {
    /** A flapping backend makes some a minute; this is hours of it. */
    private static final int MAX_KEPT = 1000;

    private static final Logger log = LoggerFactory.getLogger("usher.events");

    /** Written with its monitor held. */
    private final ArrayDeque<Event> kept = new ArrayDeque<>();
    /** The sequence of the last one; 0 before the first. */
    private volatile long last;

    /** What an event about a backend has as its subject. */
    static String subject(Pool pool, Backend backend) {
        return "backend " + backend + " of pool " + pool;
    }

    /** A time within a text: more than the second nobody wants to read. */
    static String second(Instant time) {
        return time.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    void add(Kind kind, String subject, String text) {
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

    /** The sequence of the last one; 0 before the first. */
    long last() {
        return last;
    }

    /** Oldest first. */
    List<Event> all() {
        synchronized (kept) {
            return List.copyOf(kept);
        }
    }
}
