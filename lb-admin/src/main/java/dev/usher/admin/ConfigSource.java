package dev.usher.admin;

import dev.usher.ConfigDiff;
import dev.usher.Reloading;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The configuration and its files, for who shows them. Any thread but a worker's. */
public interface ConfigSource extends Reloading {
    /** How the files compare with what is in force. */
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
     * One file as it is now.
     *
     * @param text with the hashes of tokens masked; why it cannot be read, if it cannot
     */
    record FileText(Path path, String text) {}

    /**
     * What the files say now.
     *
     * @param files the one that was named, and then those that it includes
     * @param changes what a reload would make different; nothing if it would be refused
     * @param diagnostics every fault and warning, as {@code file:line:column: error: text}
     * @param report the same as a person reads them at the file: with the lines of the file, carets and hints
     */
    record Files(
            OnDisk onDisk,
            List<FileText> files,
            ConfigDiff changes,
            List<String> diagnostics,
            List<String> report) {
        public Files {
            files = List.copyOf(files);
            diagnostics = List.copyOf(diagnostics);
            report = List.copyOf(report);
        }
    }

    /** The file that was named at the start; null where there is none, and then there is nothing to reload. */
    @Nullable
    Path file();

    /** How the files compare with what is in force, some seconds ago at the most: cheap enough to be asked each second. */
    OnDisk onDisk();

    /** What the files say now. Reads them all. */
    Files files();

    /** What is in force, every default written out, as YAML; without the hashes of tokens. */
    String effective();
}
