package dev.usher;

import dev.usher.Event.Kind;
import dev.usher.time.WallClock;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The last events, and a line in the log for each. Any thread but a worker. */
final class Events {
    /** A flapping backend makes some a minute; this is hours of it. */
    private static final int MAX_KEPT = 1000;

    private static final Logger log = LoggerFactory.getLogger("usher.events");

    private final ArrayDeque<Event> kept = new ArrayDeque<>();

    void add(Kind kind, String subject, String text) {
        switch (kind) {
            case BACKEND_DOWN, BACKEND_EJECTED, POOL_DOWN, WARNING -> log.warn("{}: {}", subject, text);
            case RELOAD_REFUSED -> log.error("{}: {}", subject, text);
            case BACKEND_UP, BACKEND_DRAINING, BACKEND_DISABLED, POOL_UP, RELOADED -> log.info("{}: {}", subject, text);
        }
        synchronized (kept) {
            if (kept.size() == MAX_KEPT) {
                kept.removeFirst();
            }
            kept.addLast(new Event(Instant.ofEpochMilli(WallClock.millis()), kind, subject, text));
        }
    }

    /** Oldest first. */
    List<Event> all() {
        synchronized (kept) {
            return List.copyOf(kept);
        }
    }
}
