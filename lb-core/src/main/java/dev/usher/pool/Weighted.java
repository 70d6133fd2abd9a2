package dev.usher.pool;

/**
 * A backend and the share at a moment.
 *
 * @param weight at least 1, slow start included; only the ratio to other weights has a meaning
 */
record Weighted(Backend backend, int weight) {}
