/**
 * HTTP/1 requests and answers (RFC 9112), as far as a single request for each connection needs: pure functions over
 * bytes.
 */
@org.jspecify.annotations.NullMarked
package dev.usher.http;
