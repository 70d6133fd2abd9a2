/**
 * Monotonic time and deadlines. Deadlines never read the wall clock: a step of the wall clock must not end a session.
 */
@org.jspecify.annotations.NullMarked
package dev.usher.time;
