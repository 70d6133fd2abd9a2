package dev.usher;

import dev.usher.config.Printable;
import java.time.Instant;

/**
 * Something that people want to know of, later too. Its words may come from outside; they are kept escaped.
 *
 * @param sequence one more than that of the event before; the first of a process has 1
 * @param at by the wall clock
 * @param subject what it happened to: a backend with its pool, a listener, the configuration
 * @param text in words
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
        /** It is gone from the configuration, and still has sessions. */
        BACKEND_DRAINING,
        /** The last backend of a pool that took sessions does not any more. */
        POOL_DOWN,
        POOL_UP,
        /** A new configuration is in force. */
        RELOADED,
        /** A new configuration was refused; the one before stays in force. */
        RELOAD_REFUSED,
        /** Somebody changed something: drained a backend, set a weight, closed connections. The text says who. */
        ADMIN,
        /** A limit has begun to be hit: clients wait or are refused. The text says which, and what to change. */
        LIMIT,
        /**
         * Something that will do harm if nobody acts: a certificate near its end, a name that does not resolve,
         * a task in the background that fails.
         */
        WARNING,
        /** A task in the background that failed works again. */
        RECOVERED
    }
}
