package dev.usher.event;

import dev.usher.config.Printable;
import java.time.Instant;

/**
 * An event of interest to people, now and later. Its text may come from outside, and is kept escaped.
 *
 * @param sequence number of the event, rising by 1 from the process's first event, 1
 * @param at time by the wall clock
 * @param subject the thing concerned: a backend with its pool, a listener, the configuration
 * @param text a description in words
 */
public record Event(long sequence, Instant at, Kind kind, String subject, String text) {
    public Event {
        subject = Printable.of(subject);
        text = Printable.of(text);
    }

    /** What happened. */
    public enum Kind {
        BACKEND_UP,
        BACKEND_DOWN,
        BACKEND_EJECTED,
        /** A backend is gone from the configuration, and still has sessions. */
        BACKEND_DRAINING,
        /** The last serving backend of a pool has stopped taking sessions. */
        POOL_DOWN,
        POOL_UP,
        /** A new configuration is in force. */
        RELOADED,
        /** A new configuration was refused; the old configuration stays in force. */
        RELOAD_REFUSED,
        /**
         * An administrator drained a backend, set a weight, closed connections, and the like. The text names the
         * author.
         */
        ADMIN,
        /**
         * A limit has begun to be hit: clients wait or are refused. The text names the limit, and the setting to
         * change.
         */
        LIMIT,
        /**
         * Harm to come without action by an operator: a certificate near its end, a name that does not resolve, a
         * failing task in the background.
         */
        WARNING,
        /** A failed task in the background works again. */
        RECOVERED
    }
}
