/** The workers as a whole, for other threads: tasks, listening sockets, open sessions, and counters of all of them. */
@org.jspecify.annotations.NullMarked
package dev.usher.workers;
