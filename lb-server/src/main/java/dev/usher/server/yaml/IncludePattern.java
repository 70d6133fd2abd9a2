package dev.usher.server.yaml;

import dev.usher.file.FileCalls;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * An {@code include} with a wildcard. Its files may differ from one look to the next.
 *
 * @param glob for the names in the directory
 */
public record IncludePattern(Path directory, String glob) {
    /** Enough for one file per domain of a large company; a directory with more holds something else. */
    private static final int MAX_FILES = 10_000;

    /** The matching files, in lexical order. Hidden files are left out: editors and volumes make them. */
    List<Path> files() throws IOException {
        return FileCalls.run(directory, this::listed);
    }

    private List<Path> listed() throws IOException {
        List<Path> found = new ArrayList<>();
        if (Files.isDirectory(directory)) {
            try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory, glob)) {
                for (Path entry : entries) {
                    boolean hidden = String.valueOf(entry.getFileName()).startsWith(".");
                    if (!hidden && !Files.isDirectory(entry)) {
                        found.add(entry);
                    }
                    if (found.size() > MAX_FILES) {
                        throw new IOException("has more than " + MAX_FILES + " files that match");
                    }
                }
            }
        }
        Collections.sort(found);
        return found;
    }
}
