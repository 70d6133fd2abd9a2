package dev.usher.pool;

/**
 * A backend and its share at one moment.
 *
 * @param weight at least 1, slow start included; only the ratio to other weights has a meaning
 */
record Weighted(Backend backend, int weight) {}
