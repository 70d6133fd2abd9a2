package dev.usher.server.yaml;

/** What a diagnostic means for the file. */
public enum Severity {
    /** The file is not used. */
    ERROR,
    /** The file is used; its author may have meant something else. */
    WARNING
}
