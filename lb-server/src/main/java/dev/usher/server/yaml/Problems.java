package dev.usher.server.yaml;

import dev.usher.config.Units;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The diagnostics of one reading, and the files that the diagnostics depend on. A repeated diagnostic, as through an
 * alias, is kept once.
 */
final class Problems {
    /** Shorter texts are no secrets, and replacing them would garble messages. */
    private static final int MIN_SECRET = 4;

    /** More than anybody mends in one go; each diagnostic takes up to a few KiB of memory. */
    static final int MAX_KEPT = 10_000;
    /** The longest text of a fault, in characters: some lines of a terminal. */
    private static final int MAX_TEXT = 1000;
    /**
     * The longest part of a line to show, in characters: two or three lines of a terminal, with the fault in the first.
     */
    private static final int MAX_LINE = 240;

    private static final int BEFORE_FAULT = 60;

    private final Set<Diagnostic> found = new LinkedHashSet<>();
    private long notKept;
    private final List<String> secrets = new ArrayList<>();
    private final Set<Path> followed = new LinkedHashSet<>();

    /** Masks a text in every later message. */
    void keepSecret(String text) {
        if (text.length() >= MIN_SECRET) {
            secrets.add(text);
        }
    }

    /** Has the file watched for changes, whether the file is usable or not. */
    void follow(Path file) {
        followed.add(file);
    }

    Set<Path> followed() {
        return followed;
    }

    void error(Place place, String message) {
        add(Severity.ERROR, place, message, null);
    }

    void error(Place place, String message, @Nullable String hint) {
        add(Severity.ERROR, place, message, hint);
    }

    void warning(Place place, String message) {
        add(Severity.WARNING, place, message, null);
    }

    /** Notes an error of a file without a text to point at. */
    void errorInFile(Path file, String message) {
        found.add(new Diagnostic(Severity.ERROR, file.toString(), 0, 0, 0, message, null, null, 0));
    }

    boolean hasErrors() {
        return found.stream().anyMatch(diagnostic -> diagnostic.severity() == Severity.ERROR);
    }

    /** Sorted by file in the given order, then by place. */
    List<Diagnostic> sorted(List<Path> files) {
        List<String> order = files.stream().map(Path::toString).toList();
        List<Diagnostic> sorted = new ArrayList<>(found);
        sorted.sort(Comparator.comparingInt((Diagnostic diagnostic) -> order.indexOf(diagnostic.file()))
                .thenComparingInt(Diagnostic::line)
                .thenComparingInt(Diagnostic::column));
        if (notKept > 0) {
            String more = Units.counted(notKept, "more fault") + " not listed: fix these first";
            sorted.add(new Diagnostic(Severity.ERROR, order.getFirst(), 0, 0, 0, more, null, null, 0));
        }
        return List.copyOf(sorted);
    }

    private void add(Severity severity, Place place, String message, @Nullable String hint) {
        if (found.size() >= MAX_KEPT && (severity == Severity.WARNING || hasErrors())) {
            notKept++;
            return;
        }
        String line = place.source().line(place.line());
        int from =
                line.length() <= MAX_LINE ? 0 : Math.max(0, Math.min(place.column() - 1, line.length()) - BEFORE_FAULT);
        found.add(new Diagnostic(
                severity,
                place.source().name(),
                place.line(),
                place.column(),
                place.length(),
                cut(censored(message)),
                hint == null ? null : cut(censored(hint)),
                line.substring(from, Math.min(line.length(), from + MAX_LINE)),
                place.column() - from));
    }

    /** Cuts out the middle of a long text; the end may say how to mend the fault. */
    private static String cut(String text) {
        return text.length() <= MAX_TEXT
                ? text
                : text.substring(0, MAX_TEXT / 2) + " ... " + text.substring(text.length() - MAX_TEXT / 2);
    }

    private String censored(String text) {
        String censored = text;
        for (String secret : secrets) {
            censored = censored.replace(secret, "***");
        }
        return censored;
    }
}
