package dev.usher.tls;

import dev.usher.name.ServerName;

/** Reasons to refuse the first bytes of a connection before routing. */
public enum HelloRefusal {
    /** Neither a TLS record nor an SSLv2-compatible hello. Such a client would not understand an alert. */
    NOT_TLS,
    /**
     * TLS, but no ClientHello, or a hello with broken framing, or a hello that two readers could understand
     * differently.
     */
    MALFORMED,
    /** The hello announces more bytes than the limit. */
    TOO_LARGE,
    /** A well-framed hello whose server name is not a valid {@link ServerName}. */
    INVALID_NAME
}
