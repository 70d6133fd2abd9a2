package dev.usher.end;

/**
 * What a refused client is to be told, as far as protocols can tell apart. Each opening says it in its own words: a TLS
 * alert, a status code, nothing.
 */
public enum Refusal {
    /** The client's first bytes cannot be read. */
    MALFORMED,
    /** The client's first bytes are more than the limit. */
    TOO_LARGE,
    /** The name that the client asks for is no host name. */
    INVALID_NAME,
    /** A name is needed, and the client gave none. */
    NO_NAME,
    /** Nobody here has that name. */
    UNKNOWN_NAME,
    /** The client may not have what it asks for. */
    DENIED,
    /** The client is not to blame: no backend serves it. */
    UNAVAILABLE
}
