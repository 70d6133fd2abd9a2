package dev.usher.server.yaml;

import java.nio.file.Path;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/** A file, read: the name as people know it, and the lines. */
final class Source {
    /** The value of a key that holds a secret, or a scalar in place of the list of tokens. */
    private static final Pattern SECRET = Pattern.compile(
            "(?i)((?:sha256|password|secret|tokens?)[\"']?\\s*:\\s*\\[?\\s*)(\"[^\"]*\"?|'[^']*'?|[^\\s\\[\\]{},#\"'][^\\s,}\\]]*)");

    private static final Pattern LINE_END = Pattern.compile("\r\n|\r|\n");

    private final Path path;
    private final String text;
    /** Offset of each line in the text; made on first use. */
    private int[] lineStarts = {};
    /** The last line asked for, kept since many faults can be on one line, and one line can be the whole file. */
    private int shownLine;

    private String shown = "";

    Source(Path path, String text) {
        this.path = path;
        this.text = text;
    }

    Path path() {
        return path;
    }

    /** Base of relative paths in this file. */
    Path directory() {
        Path absolute = path.toAbsolutePath();
        Path parent = absolute.getParent();
        return parent == null ? absolute : parent;
    }

    String name() {
        return path.toString();
    }

    /** A line, counted from 1, with an asterisk for each character of a secret, so that columns stay. */
    String line(int line) {
        if (line != shownLine) {
            shown = SECRET.matcher(rawLine(line)).replaceAll(Source::masked);
            shownLine = line;
        }
        return shown;
    }

    private String rawLine(int line) {
        if (lineStarts.length == 0) {
            lineStarts = IntStream.concat(
                            IntStream.of(0), LINE_END.matcher(text).results().mapToInt(MatchResult::end))
                    .toArray();
        }
        if (line > lineStarts.length) {
            return "";
        }
        int end = line == lineStarts.length ? text.length() : lineStarts[line];
        while (end > lineStarts[line - 1] && "\r\n".indexOf(text.charAt(end - 1)) >= 0) {
            end--;
        }
        return text.substring(lineStarts[line - 1], end);
    }

    private static String masked(MatchResult found) {
        return Matcher.quoteReplacement(
                found.group(1) + "*".repeat(found.group(2).length()));
    }
}
