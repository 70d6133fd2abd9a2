package dev.usher.server.yaml;

import dev.usher.config.UsherConfig;
import java.nio.file.Path;
import java.util.List;

/** Result of reading a configuration file. */
public sealed interface ConfigResult {
    /** Sorted by file, then by line. */
    List<Diagnostic> diagnostics();

    /** Every file that was read or asked for, the main file first. */
    List<Path> files();

    /** Content of the files, for a later comparison by a watcher. */
    Fingerprint fingerprint();

    /**
     * A configuration to run with; its diagnostics are warnings only.
     *
     * @param kept names that no source may take
     */
    record Valid(
            UsherConfig config,
            List<Kept> kept,
            List<Diagnostic> diagnostics,
            List<Path> files,
            Fingerprint fingerprint)
            implements ConfigResult {}

    /** At least one diagnostic is an error. */
    record Invalid(List<Diagnostic> diagnostics, List<Path> files, Fingerprint fingerprint) implements ConfigResult {}
}
