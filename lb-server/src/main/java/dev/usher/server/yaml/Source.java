package dev.usher.server.yaml;

import java.nio.file.Path;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One file that was read: its name as people know it and its lines. */
final class Source {
    /** The value of a key that holds a secret, or a scalar where the list of tokens should be. */
    private static final Pattern SECRET = Pattern.compile(
            "(?i)((?:sha256|password|secret|tokens?)[\"']?\\s*:\\s*\\[?\\s*)(\"[^\"]*\"?|'[^']*'?|[^\\s\\[\\]{},#\"'][^\\s,}\\]]*)");

    private final Path path;
    private final String[] lines;

    Source(Path path, String text) {
        this.path = path;
        this.lines = text.split("\r\n|\r|\n", -1);
    }

    Path path() {
        return path;
    }

    /** Where relative paths in it begin. */
    Path directory() {
        Path absolute = path.toAbsolutePath();
        Path parent = absolute.getParent();
        return parent == null ? absolute : parent;
    }

    String name() {
        return path.toString();
    }

    /** The line from 1 as it may be shown: each character of a secret is an asterisk, so columns stay. */
    String line(int line) {
        String text = line <= lines.length ? lines[line - 1] : "";
        return SECRET.matcher(text).replaceAll(Source::masked);
    }

    private static String masked(MatchResult found) {
        return Matcher.quoteReplacement(
                found.group(1) + "*".repeat(found.group(2).length()));
    }
}
