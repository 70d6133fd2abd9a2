package dev.usher.pool;

/** A fact that speaks against an operator's order for a backend. The order has the facts to heed. */
public enum Objection {
    /** No other backend of the pool takes sessions. */
    LAST,
    /** The backend is disabled, which not every operator may end. */
    DISABLED
}
