/** HAProxy's configuration: lines of words in sections. Proxies of {@code mode tcp} can become usher's. */
@org.jspecify.annotations.NullMarked
package dev.usher.server.convert.haproxy;
