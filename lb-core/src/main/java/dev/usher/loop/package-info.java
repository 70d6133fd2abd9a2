/**
 * One thread, its selector and what hangs on it: listening sockets, timers, mailbox, buffers. Knows channels, not TLS
 * or routes. Everything here but {@link dev.usher.loop.Worker#submit} belongs to the worker's own thread.
 */
@org.jspecify.annotations.NullMarked
package dev.usher.loop;
