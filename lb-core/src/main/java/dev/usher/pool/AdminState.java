package dev.usher.pool;

/** An operator's order about a backend. */
public enum AdminState {
    /** The backend may serve. */
    READY,
    /** No new sessions; open sessions continue. Probing continues. */
    DRAIN,
    /** No new sessions, and no probes. */
    DISABLED
}
