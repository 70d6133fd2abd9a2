/** Monotonic time and deadlines. Nothing here reads the wall clock: a step of it must not end a session. */
@org.jspecify.annotations.NullMarked
package dev.usher.time;
