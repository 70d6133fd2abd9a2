/**
 * Reads the plaintext start of a TLS connection: the ClientHello, its server name, and the first bytes of a backend's
 * answer; also holds the alerts for refused clients. Pure functions over bytes: no sockets, no clocks, no logging.
 *
 * <p>The backend reads the same bytes again. A hello is refused if two readers could find two different names.
 * Everything that only the backend can judge (versions, cipher suites, keys, extensions not needed to route) is left to
 * the backend.
 */
@org.jspecify.annotations.NullMarked
package dev.usher.tls;
