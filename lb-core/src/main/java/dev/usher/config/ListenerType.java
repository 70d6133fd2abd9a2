package dev.usher.config;

/** What a listener does with a connection. */
public enum ListenerType {
    /** Reads the server name of the ClientHello and looks for its route. */
    TLS,
    /** Forwards to one pool without looking at a byte. */
    TCP
}
