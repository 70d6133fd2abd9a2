package dev.usher.config;

/** The kinds of sources, by the word of the file. */
public enum SourceType {
    /** A URL, asked again and again. */
    HTTP,
    /** A program, run again and again. */
    EXEC,
    /** Labels of containers. */
    DOCKER,
    /** Services in the catalogue of Consul. */
    CONSUL,
    /** TLSRoutes of the Gateway API, and Ingresses. */
    KUBERNETES
}
