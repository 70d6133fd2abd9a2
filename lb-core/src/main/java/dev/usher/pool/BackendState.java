package dev.usher.pool;

import dev.usher.config.Spelling;

/** The state of a backend, as shown to operators. Only the first two states take new sessions. */
public enum BackendState {
    /** The last probes succeeded, or there are no probes. */
    UP,
    /** Waiting for the first probe. */
    UNPROBED,
    /** The last probes failed. */
    DOWN,
    /** Left out for a time, since sessions failed. */
    EJECTED,
    /** See {@link AdminState#DRAIN}; also a backend that was removed from the configuration and still has sessions. */
    DRAINING,
    /** See {@link AdminState#DISABLED}. */
    DISABLED;

    private final String word = Spelling.snake(this);

    /** The constant in lower case, for display. */
    public String word() {
        return word;
    }

    /** True exactly when new sessions may go to a backend in this state. */
    public boolean serves() {
        return switch (this) {
            case UP, UNPROBED -> true;
            case DOWN, EJECTED, DRAINING, DISABLED -> false;
        };
    }
}
