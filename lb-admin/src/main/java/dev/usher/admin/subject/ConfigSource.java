package dev.usher.admin.subject;

import dev.usher.diff.ConfigDiff;
import dev.usher.reload.Reloading;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The configuration and its files, for display. Any thread but a worker's. */
public interface ConfigSource extends Reloading {
    /** Comparison of the files with the configuration in force. */
    enum OnDisk {
        SAME,
        /** A reload would change something. */
        DIFFERENT,
        /** A reload would be refused. */
        FAULTY,
        /** There are no files. */
        NONE
    }

    /**
     * A file.
     *
     * @param text with the hashes of tokens masked, and cut if very long; if the file cannot be read, the reason
     */
    record FileText(Path path, String text) {}

    /**
     * Content of the files.
     *
     * @param files the main file, then the included files; empty before the first look
     * @param changes effect of a reload; empty if the reload would be refused
     * @param diagnostics every error and warning, as {@code file:line:column: error: text}
     * @param report the diagnostics for people: with lines of the file, carets and hints
     */
    record Files(
            OnDisk onDisk, List<FileText> files, ConfigDiff changes, List<String> diagnostics, List<String> report) {
        public Files {
            files = List.copyOf(files);
            diagnostics = List.copyOf(diagnostics);
            report = List.copyOf(report);
        }
    }

    /** The file named at the start; null if there is none, and so nothing to reload. */
    @Nullable
    Path file();

    /** Same as {@link #files}, without the content. */
    OnDisk onDisk();

    /**
     * Content of the files, at most some seconds old. Never waits for a file, and is cheap enough to be called each
     * second.
     */
    Files files();

    /** Content of the files now. Reads every file, and waits for files that do not answer. */
    Files read();

    /** The sources of the configuration, in the order of the file; empty without any. */
    default List<SourceView> sources() {
        return List.of();
    }

    /**
     * Has the waiting answer of a source hold.
     *
     * @param who the author
     * @return false if no answer waits
     */
    default boolean confirm(String source, String who) {
        return false;
    }

    /** The configuration in force as YAML, with every default written out and without the hashes of tokens. */
    String effective();
}
