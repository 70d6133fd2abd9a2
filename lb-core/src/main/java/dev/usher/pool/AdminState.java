package dev.usher.pool;

/** What the people who run a backend have said of it. */
public enum AdminState {
    /** It may serve. */
    READY,
    /** It takes no new session; those that it has go on. It is still probed. */
    DRAIN,
    /** It takes no new session and is not probed. */
    DISABLED
}
