/**
 * What is counted and timed. Each worker writes its own counters and recorders, without a lock; whoever asks reads
 * them racily and merges.
 */
@org.jspecify.annotations.NullMarked
package dev.usher.metrics;
