package dev.usher.server.yaml;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a configuration was read from, so that a difference can be seen without reading it again: two of them are equal
 * exactly when the files say the same.
 *
 * @param files the SHA-256 of each file as it was read, or why it could not be read; files of {@code ${file:}} included
 * @param patterns the files that each include with a wildcard stood for
 */
public record Fingerprint(Map<Path, String> files, Map<IncludePattern, List<Path>> patterns) {
    /** The same files as they are now. */
    public Fingerprint now() {
        Map<Path, String> filesNow = new LinkedHashMap<>();
        files.keySet().forEach(file -> filesNow.put(file, of(file)));
        Map<IncludePattern, List<Path>> patternsNow = new LinkedHashMap<>();
        patterns.keySet().forEach(pattern -> patternsNow.put(pattern, matches(pattern)));
        return new Fingerprint(filesNow, patternsNow);
    }

    /** A directory that cannot be listed has no files: reading it says why. */
    private static List<Path> matches(IncludePattern pattern) {
        try {
            return pattern.files();
        } catch (IOException _) {
            return List.of();
        }
    }

    private static String of(Path file) {
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            return "not a regular file"; // a pipe gives its text once, and would make the one who asks again wait
        }
        try {
            return of(FileBytes.read(file, YamlTree.MAX_BYTES));
        } catch (IOException fault) {
            return String.valueOf(fault.getMessage());
        }
    }

    private static String of(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** Takes down what is read, while it is read. */
    static final class Recorder {
        private final Map<Path, String> files = new LinkedHashMap<>();
        private final Map<IncludePattern, List<Path>> patterns = new LinkedHashMap<>();

        void read(Path file, byte[] bytes) {
            files.put(file, Files.isRegularFile(file) ? of(bytes) : of(file));
        }

        void failed(Path file) {
            files.put(file, of(file));
        }

        void listed(IncludePattern pattern, List<Path> found) {
            patterns.put(pattern, found);
        }

        Fingerprint fingerprint() {
            return new Fingerprint(Map.copyOf(files), Map.copyOf(patterns));
        }
    }
}
