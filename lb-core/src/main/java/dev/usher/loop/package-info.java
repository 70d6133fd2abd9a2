/**
 * A thread with its selector, listening sockets, timers, mailbox and buffers. Knows channels, not TLS or routes.
 * Everything except {@link dev.usher.loop.Worker#submit} belongs to the worker's own thread.
 */
@org.jspecify.annotations.NullMarked
package dev.usher.loop;
