package dev.usher.server.yaml;

import dev.usher.file.NamedFile;
import dev.usher.file.NamedFile.Kind;
import dev.usher.file.NoAnswerException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Content of the files that a configuration was read from, to detect a change without parsing again. Two fingerprints
 * are equal exactly when the files have the same content. Any thread.
 *
 * <p>Digests are made on first use: most readings are never compared.
 */
public final class Fingerprint {
    /** A file's bytes, or the reason why the file could not be read. */
    private sealed interface Content {
        record Bytes(ByteBuffer bytes) implements Content {}

        record Text(String text) implements Content {}
    }

    /** The message of the JDK for EMFILE. */
    private static final String NO_DESCRIPTOR = "Too many open files";

    private final Map<Path, Kind> kinds;
    private final Map<IncludePattern, List<Path>> patterns;
    /** Null once the digests are made. Guarded by this, as is {@link #digests}. */
    private @Nullable Map<Path, Content> contents;

    private Map<Path, String> digests = Map.of();
    private final @Nullable String blind;

    private Fingerprint(
            Map<Path, Kind> kinds,
            Map<Path, Content> contents,
            Map<IncludePattern, List<Path>> patterns,
            @Nullable String blind) {
        this.kinds = Map.copyOf(kinds);
        this.contents = Map.copyOf(contents);
        this.patterns = Map.copyOf(patterns);
        this.blind = blind;
    }

    /**
     * Reason why a file could not be looked at, if the reason says nothing about the file: no answer, or no descriptor
     * left in this process. A difference means nothing then. Null if every file was looked at.
     */
    public @Nullable String blind() {
        return blind;
    }

    /**
     * The SHA-256 of each file's bytes, or the reason why the file could not be read; includes files of {@code
     * ${file:}}.
     */
    public synchronized Map<Path, String> files() {
        if (contents != null) {
            Map<Path, String> made = new LinkedHashMap<>();
            contents.forEach((file, content) -> made.put(
                    file,
                    switch (content) {
                        case Content.Bytes read -> sha256(read.bytes());
                        case Content.Text why -> why.text();
                    }));
            digests = Map.copyOf(made);
            contents = null;
        }
        return digests;
    }

    /** The matching files of each include with a wildcard. */
    public Map<IncludePattern, List<Path>> patterns() {
        return patterns;
    }

    /** A fingerprint of the same files as they are now. */
    public Fingerprint now() {
        Recorder now = new Recorder();
        kinds.forEach(now::look);
        patterns.keySet().forEach(now::list);
        return now.fingerprint();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Fingerprint that && files().equals(that.files()) && patterns.equals(that.patterns);
    }

    @Override
    public int hashCode() {
        return Objects.hash(files(), patterns);
    }

    private static String sha256(ByteBuffer bytes) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(bytes);
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** Records the files during a reading. */
    static final class Recorder {
        private final Map<Path, Kind> kinds = new LinkedHashMap<>();
        private final Map<Path, Content> contents = new HashMap<>();
        private final Map<IncludePattern, List<Path>> patterns = new LinkedHashMap<>();
        private @Nullable String blind;

        void read(Path file, Kind kind, byte[] bytes) {
            put(file, kind, new Content.Bytes(ByteBuffer.wrap(bytes)));
        }

        /**
         * Reads a file only for its fingerprint, after a failed reading or before any. A pipe is not read: a pipe gives
         * its text once.
         */
        void look(Path file, Kind kind) {
            try {
                read(file, kind, NamedFile.read(file, kind));
            } catch (IOException fault) {
                put(file, kind, new Content.Text(String.valueOf(fault.getMessage())));
                note(file, fault);
            }
        }

        private void put(Path file, Kind kind, Content content) {
            kinds.put(file, kind);
            contents.put(file, content);
        }

        private void list(IncludePattern pattern) {
            try {
                listed(pattern, pattern.files());
            } catch (IOException fault) { // an empty list: the next reading notes the reason
                listed(pattern, List.of());
                note(pattern.directory(), fault);
            }
        }

        private void note(Path file, IOException fault) {
            String why = String.valueOf(fault.getMessage());
            if (fault instanceof NoAnswerException || why.contains(NO_DESCRIPTOR)) {
                blind = file + " " + why;
            }
        }

        void listed(IncludePattern pattern, List<Path> found) {
            patterns.put(pattern, found);
        }

        Fingerprint fingerprint() {
            return new Fingerprint(kinds, contents, patterns, blind);
        }
    }
}
