package dev.usher.pool;

/**
 * A backend and its share at one moment.
 *
 * @param weight at least 1; a slow start is reckoned in, so only the ratio to the others' means anything
 */
record Weighted(Backend backend, int weight) {}
