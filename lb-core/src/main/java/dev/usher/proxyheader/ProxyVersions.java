package dev.usher.proxyheader;

/** The versions of the PROXY protocol that a receiver accepts. */
public enum ProxyVersions {
    V1,
    V2,
    /** Version 1 or 2, told apart by the first byte. */
    ANY;

    boolean hasV1() {
        return this != V2;
    }

    boolean hasV2() {
        return this != V1;
    }
}
