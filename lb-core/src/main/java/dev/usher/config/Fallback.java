package dev.usher.config;

import org.jspecify.annotations.Nullable;

/**
 * The treatment of a hello without a matching route.
 *
 * @param pool not null exactly for {@link Action#POOL}
 */
public record Fallback(Action action, @Nullable String pool) {
    /** The three treatments. */
    public enum Action {
        /** Send the TLS alert that the RFC has for the case, then close. */
        REJECT,
        /** Close without a word. */
        CLOSE,
        /** Serve from a pool. */
        POOL
    }

    public static final Fallback REJECT = new Fallback(Action.REJECT, null);
    public static final Fallback CLOSE = new Fallback(Action.CLOSE, null);

    public Fallback {
        Check.present(action, "action");
        Check.that((action == Action.POOL) == (pool != null), "a pool belongs to action pool, and to no other");
    }

    /** Serve from the pool with this name. */
    public static Fallback pool(String name) {
        return new Fallback(Action.POOL, name);
    }
}
