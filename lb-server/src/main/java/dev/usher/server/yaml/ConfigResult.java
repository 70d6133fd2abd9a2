package dev.usher.server.yaml;

import dev.usher.config.UsherConfig;
import java.nio.file.Path;
import java.util.List;

/** What reading a configuration file came to. */
public sealed interface ConfigResult {
    /** In the order of the files and of their lines. */
    List<Diagnostic> diagnostics();

    /** Every file that was read or asked for, the main file first. */
    List<Path> files();

    /** What the files said, for who watches them. */
    Fingerprint fingerprint();

    /** A configuration to run with; all diagnostics are warnings. */
    record Valid(UsherConfig config, List<Diagnostic> diagnostics, List<Path> files, Fingerprint fingerprint)
            implements ConfigResult {}

    /** At least one diagnostic is an error. */
    record Invalid(List<Diagnostic> diagnostics, List<Path> files, Fingerprint fingerprint) implements ConfigResult {}
}
