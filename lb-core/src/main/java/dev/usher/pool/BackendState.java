package dev.usher.pool;

import java.util.Locale;

/** What a backend is, in the one word that people are shown. Only the first two take new sessions. */
public enum BackendState {
    /** The last probes succeeded, or it is not probed. */
    UP,
    /** It is to be probed, and has not been yet. */
    UNPROBED,
    /** The last probes failed. */
    DOWN,
    /** Sessions have failed on it; it is left out for a time. */
    EJECTED,
    /** See {@link AdminState#DRAIN}; also a backend that is gone from the configuration and still has sessions. */
    DRAINING,
    /** See {@link AdminState#DISABLED}. */
    DISABLED;

    private final String word = name().toLowerCase(Locale.ROOT);

    /** As people are shown it: the constant in lower case. */
    public String word() {
        return word;
    }

    /** True exactly when new sessions may go to it. */
    public boolean serves() {
        return switch (this) {
            case UP, UNPROBED -> true;
            case DOWN, EJECTED, DRAINING, DISABLED -> false;
        };
    }
}
