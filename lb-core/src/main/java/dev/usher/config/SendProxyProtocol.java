package dev.usher.config;

/** The PROXY header at the start of each connection to a pool's backends. */
public enum SendProxyProtocol {
    NONE,
    V1,
    V2
}
