/**
 * The PROXY protocol, versions 1 and 2: reads the header that a trusted proxy puts before a client's bytes, and writes
 * the one that goes before them to a backend. Pure functions over bytes: no sockets, no clocks, no logging.
 *
 * <p>A header says whose connection this is, so that a wrong one is worse than none: what the specification does not
 * allow is refused, as soon as the bytes make it certain. Nothing here guesses whether a header is there (section 2),
 * nor knows whom to believe: the caller asks for a header from the proxies that it trusts, and from nobody else.
 *
 * <p>Sections are those of "The PROXY protocol, Versions 1 &amp; 2", which comes with HAProxy as
 * {@code doc/proxy-protocol.txt}.
 */
@org.jspecify.annotations.NullMarked
package dev.usher.proxyheader;
