package dev.usher.config;

/** A pool's way to choose among its backends that are up. */
public enum Balance {
    /** In turn, by weight. */
    ROUND_ROBIN,
    /** The fewest open sessions for the weight. */
    LEAST_CONNECTIONS,
    /** The better of two drawn at random. */
    RANDOM_TWO,
    /** Hash of the client's address, so that a client stays with its backend. */
    CLIENT_HASH,
    /** The first of the list that is up. */
    FIRST
}
