/** The choice of a backend for the next session. Decisions only: no sockets, no threads. Workers need no lock. */
@org.jspecify.annotations.NullMarked
package dev.usher.pool;
