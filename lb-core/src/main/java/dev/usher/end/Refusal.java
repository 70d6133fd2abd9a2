package dev.usher.end;

/**
 * The kind of refusal for a client, as far as protocols can tell kinds apart. Each opening has its own words: a TLS
 * alert, a status code, nothing.
 */
public enum Refusal {
    /** The client's first bytes cannot be read. */
    MALFORMED,
    /** The client's first bytes are more than the limit. */
    TOO_LARGE,
    /** The client asks for an invalid host name. */
    INVALID_NAME,
    /** A name is needed, and the client gave no name. */
    NO_NAME,
    /** No route has the name. */
    UNKNOWN_NAME,
    /** The client is not allowed to use the route. */
    DENIED,
    /** The client is not to blame: no backend serves the request. */
    UNAVAILABLE
}
