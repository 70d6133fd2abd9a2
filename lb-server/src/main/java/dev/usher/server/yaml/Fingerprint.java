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
 * What a configuration was read from, so that a difference can be seen without reading it again: two of them are equal
 * exactly when the files say the same. Any thread.
 *
 * <p>Digests are made when they are first asked for: most readings are not compared.
 */
public final class Fingerprint {
    /** What a file said, or why it could not be read. */
    private sealed interface Content {
        record Bytes(ByteBuffer bytes) implements Content {}

        record Text(String text) implements Content {}
    }

    /** What the JDK has the system say of EMFILE. */
    private static final String NO_DESCRIPTOR = "Too many open files";

    private final Map<Path, Kind> kinds;
    private final Map<IncludePattern, List<Path>> patterns;
    /** Guarded by this, as is the other; null once the digests are made. */
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
     * Why a file could not be looked at, where that says nothing about the file: it does not answer, or this process has no
     * descriptor left. Then a difference means nothing. Null if all were looked at.
     */
    public @Nullable String blind() {
        return blind;
    }

    /** The SHA-256 of each file as it was read, or why it could not be read; files of {@code ${file:}} included. */
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

    /** The files that each include with a wildcard stood for. */
    public Map<IncludePattern, List<Path>> patterns() {
        return patterns;
    }

    /** The same files as they are now. */
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

    /** Takes down what is read, while it is read. */
    static final class Recorder {
        private final Map<Path, Kind> kinds = new LinkedHashMap<>();
        private final Map<Path, Content> contents = new HashMap<>();
        private final Map<IncludePattern, List<Path>> patterns = new LinkedHashMap<>();
        private @Nullable String blind;

        void read(Path file, Kind kind, byte[] bytes) {
            put(file, kind, new Content.Bytes(ByteBuffer.wrap(bytes)));
        }

        /** Of a file that nobody has read yet, or that could not be read. A pipe is not read: it gives its text once. */
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
            } catch (IOException fault) { // it has no files then: reading it says why
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
