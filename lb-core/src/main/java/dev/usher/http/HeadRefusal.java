package dev.usher.http;

import dev.usher.name.ServerName;

/** Reasons to refuse the first bytes of a connection before routing. */
public enum HeadRefusal {
    /** The first line is no request line of HTTP/1. */
    NOT_HTTP,
    /** The first byte begins a TLS record. Such a client understands an alert, and no page. */
    TLS,
    /** HTTP/1 with a fault of syntax, or a request that only a forward proxy serves. */
    MALFORMED,
    /** A head that two readers could understand differently: two hosts, two lengths, a line that goes on in the next. */
    AMBIGUOUS,
    /** The head is longer than the limit. */
    TOO_LARGE,
    /** The host is not a valid {@link ServerName}. */
    INVALID_NAME
}
