package dev.usher;

import java.time.Instant;

/**
 * Something that people want to know of, later too.
 *
 * @param at by the wall clock
 * @param subject what it happened to: a backend with its pool, a listener, the configuration
 * @param text in words
 */
public record Event(Instant at, Kind kind, String subject, String text) {
    /** What happened. */
    public enum Kind {
        BACKEND_UP,
        BACKEND_DOWN,
        BACKEND_EJECTED,
        BACKEND_DRAINING,
        BACKEND_DISABLED,
        /** The last backend of a pool that took sessions does not any more. */
        POOL_DOWN,
        POOL_UP,
        /** A new configuration is in force. */
        RELOADED,
        /** A new configuration was refused; the one before stays in force. */
        RELOAD_REFUSED,
        /** Something that will do harm if nobody acts: a certificate near its end, a name that does not resolve. */
        WARNING
    }
}
