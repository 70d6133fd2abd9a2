package dev.usher.server.convert.draft;

import dev.usher.file.NamedFile;
import dev.usher.file.NamedFile.Kind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** A peer's file, read. */
public record PeerText(Path file, String text) {
    /** Longer texts hold something else, and would take long to compare. */
    private static final int MAX_CHARS = 4 << 20;
    /** Longer texts are cut in messages anyhow. */
    private static final int MAX_SHOWN = 100;

    public PeerText {
        text = text.startsWith("\uFEFF") ? text.substring(1) : text;
    }

    /** Reads a file of the command line; a pipe will do. */
    public static PeerText given(Path file) throws IOException {
        return of(file, NamedFile.readOrPipe(file, Kind.CONFIGURATION).bytes());
    }

    /** Reads a file named in a file. */
    public static PeerText named(Path file) throws IOException {
        return of(file, NamedFile.read(file, Kind.CONFIGURATION));
    }

    private static PeerText of(Path file, byte[] bytes) throws IOException {
        String text = new String(bytes, StandardCharsets.UTF_8);
        if (text.length() > MAX_CHARS) {
            throw new IOException("is too large for a configuration: more than " + MAX_CHARS + " characters");
        }
        return new PeerText(file, text);
    }

    /** The start of a line, for messages: a file may be a single line, looked at for each of its words. */
    public String shown(int lineStart) {
        int end = lineStart;
        while (end < text.length() && end - lineStart < MAX_SHOWN && "\r\n".indexOf(text.charAt(end)) < 0) {
            end++;
        }
        return text.substring(lineStart, end).strip();
    }

    /** A path in this file: relative to the file's directory, or absolute. Throws for an impossible path. */
    public Path resolve(String path) {
        return file.resolveSibling(path);
    }
}
