/**
 * Counters and latencies. Each worker writes its own counters and recorders, without a lock; readers sum up the latest
 * values.
 */
@org.jspecify.annotations.NullMarked
package dev.usher.metrics;
