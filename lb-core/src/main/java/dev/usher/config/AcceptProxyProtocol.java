package dev.usher.config;

/** The PROXY header that a listener requires from its trusted proxies. */
public enum AcceptProxyProtocol {
    NONE,
    V1,
    V2,
    /** Version 1 or 2, told apart by the first bytes. */
    ANY
}
