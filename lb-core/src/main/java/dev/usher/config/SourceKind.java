package dev.usher.config;

/** The target of a source's questions, and the manner; a record for each type of source. */
public sealed interface SourceKind permits HttpSource, ExecSource, DockerSource, ConsulSource, KubernetesSource {
    /** The word of the file. */
    SourceType type();
}
