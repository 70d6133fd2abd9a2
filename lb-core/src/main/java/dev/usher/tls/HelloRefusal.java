package dev.usher.tls;

import dev.usher.name.ServerName;

/** Why the first bytes of a connection are refused without a route. */
public enum HelloRefusal {
    /** Neither a TLS record nor an SSLv2-compatible hello. An alert would mean nothing to such a client. */
    NOT_TLS,
    /** TLS, but not a ClientHello, or one that breaks its framing or that two readers could read differently. */
    MALFORMED,
    /** The hello announces more bytes than the limit. */
    TOO_LARGE,
    /** A well-framed hello whose server name is not a {@link ServerName}. */
    INVALID_NAME
}
