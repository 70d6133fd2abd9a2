package dev.usher.server.yaml;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The diagnostics of one run, and the files that they depend on. One that comes twice, as through an alias, is kept once. */
final class Problems {
    /** Shorter texts are no secrets, and to replace them would garble messages. */
    private static final int MIN_SECRET = 4;

    private final Set<Diagnostic> found = new LinkedHashSet<>();
    private final List<String> secrets = new ArrayList<>();
    private final Set<Path> followed = new LinkedHashSet<>();

    /** Keeps a text out of every message from here on. */
    void keepSecret(String text) {
        if (text.length() >= MIN_SECRET) {
            secrets.add(text);
        }
    }

    /** Has changes of a file looked for, since it was what it was named for, or was not. */
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

    /** An error of a file that has no text to point at. */
    void errorInFile(Path file, String message) {
        found.add(new Diagnostic(Severity.ERROR, file.toString(), 0, 0, 0, message, null, null));
    }

    boolean hasErrors() {
        return found.stream().anyMatch(diagnostic -> diagnostic.severity() == Severity.ERROR);
    }

    boolean hasErrorAt(Place place) {
        return found.stream()
                .anyMatch(diagnostic -> diagnostic.severity() == Severity.ERROR
                        && diagnostic.line() == place.line()
                        && diagnostic.column() == place.column()
                        && diagnostic.file().equals(place.source().name()));
    }

    /** By file in the order given, then by place. */
    List<Diagnostic> sorted(List<Path> files) {
        List<String> order = files.stream().map(Path::toString).toList();
        List<Diagnostic> sorted = new ArrayList<>(found);
        sorted.sort(Comparator.comparingInt((Diagnostic diagnostic) -> order.indexOf(diagnostic.file()))
                .thenComparingInt(Diagnostic::line)
                .thenComparingInt(Diagnostic::column));
        return List.copyOf(sorted);
    }

    private void add(Severity severity, Place place, String message, @Nullable String hint) {
        found.add(new Diagnostic(
                severity,
                place.source().name(),
                place.line(),
                place.column(),
                place.length(),
                censored(message),
                hint == null ? null : censored(hint),
                place.source().line(place.line())));
    }

    private String censored(String text) {
        String censored = text;
        for (String secret : secrets) {
            censored = censored.replace(secret, "***");
        }
        return censored;
    }
}
