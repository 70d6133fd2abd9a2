package dev.usher.server.yaml;

/** Consequence of a diagnostic for the file. */
public enum Severity {
    /** The file is not used. */
    ERROR,
    /** The file is used; its author may have meant something different. */
    WARNING
}
