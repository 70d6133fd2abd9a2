/**
 * Reads what a TLS client says before any key is agreed: the ClientHello, its server name, and little else; and holds
 * the few bytes that answer one. Pure functions over bytes: no sockets, no clocks, no logging.
 *
 * <p>The backend reads the same bytes again. So whatever two readers could take for two different names is refused
 * here, and what only the backend can judge (versions, cipher suites, keys, extensions not needed to route) is not
 * judged.
 */
@org.jspecify.annotations.NullMarked
package dev.usher.tls;
