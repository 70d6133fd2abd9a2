/**
 * What a client says before its bytes can be relayed, one class for each protocol behind one contract ({@link
 * dev.usher.opening.Opening}): where the client wants to go, and what this protocol says to a client that is refused, to
 * one that is connected, and to the backend. Works on bytes alone: no sockets, no clocks, no logging.
 */
@org.jspecify.annotations.NullMarked
package dev.usher.opening;
