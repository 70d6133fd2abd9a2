/**
 * The first words of a client, before bytes can be relayed. Each protocol is a class behind a common contract
 * ({@link dev.usher.opening.Opening}): the client's destination, and the protocol's words to a refused client, to a
 * connected client, and to the backend. Works on bytes alone: no sockets, no clocks, no logging.
 */
@org.jspecify.annotations.NullMarked
package dev.usher.opening;
