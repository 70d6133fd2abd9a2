/**
 * The PROXY protocol, versions 1 and 2: reads the header that a trusted proxy puts before a client's bytes, and writes
 * the header that usher sends to a backend. Pure functions over bytes: no sockets, no clocks, no logging.
 *
 * <p>A header names the client, so a wrong header is worse than none: deviations from the specification are refused at
 * the first byte that proves them. This package never guesses whether a header is present (section 2), and does not
 * decide trust: the caller requires a header from trusted proxies, and reads none from anyone else.
 *
 * <p>Section numbers refer to "The PROXY protocol, Versions 1 &amp; 2", which comes with HAProxy as
 * {@code doc/proxy-protocol.txt}.
 */
@org.jspecify.annotations.NullMarked
package dev.usher.proxyheader;
