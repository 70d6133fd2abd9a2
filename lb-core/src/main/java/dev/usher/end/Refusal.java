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
    /** A route has the name, and no name server has. */
    NO_SUCH_HOST,
    /** The client is not allowed to use the route. */
    DENIED,
    /** The client logs in by no way known to the listener. */
    UNIDENTIFIED,
    /** The client's address has sent too many wrong passwords. */
    TOO_OFTEN,
    /** The client sends an HTTP request without TLS, where CONNECT alone is served. */
    NO_PLAIN,
    /** The client asks for something that its protocol has, and usher has not. */
    COMMAND,
    /** The client is not to blame: no backend may be tried. */
    UNAVAILABLE,
    /** The client is not to blame: usher itself cannot serve now. */
    EXHAUSTED,
    /** The client is not to blame: the last backend tried refused the connection. */
    REFUSING_BACKEND,
    /** The client is not to blame: the last backend tried cannot be reached, or left without an answer. */
    BAD_BACKEND,
    /** The client is not to blame: the last backend tried did not answer in time. */
    LATE_BACKEND,
    /** The client speaks HTTP where TLS is expected, or TLS where HTTP is expected: the word is in the client's protocol. */
    OTHER_PROTOCOL,
    /** The client is to come again with TLS; only for a client that speaks HTTP. */
    REDIRECT
}
