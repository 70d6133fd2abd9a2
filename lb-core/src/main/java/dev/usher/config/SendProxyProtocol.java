package dev.usher.config;

/** The PROXY header that each connection to a backend of the pool begins with. */
public enum SendProxyProtocol {
    NONE,
    V1,
    V2
}
