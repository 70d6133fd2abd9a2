/** Which backend takes the next session. Decisions only: no sockets, no threads. Shared by all workers without a lock. */
@org.jspecify.annotations.NullMarked
package dev.usher.pool;
