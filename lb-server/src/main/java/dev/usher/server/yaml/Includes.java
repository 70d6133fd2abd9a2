package dev.usher.server.yaml;

import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** Finds the files that {@code include} names: relative to the main file, in lexical order. */
final class Includes {
    private static final Pattern WILD = Pattern.compile("[*?\\[{]");

    private final Path base;
    private final Problems problems;
    private final Fingerprint.Recorder recorder;

    Includes(Path main, Problems problems, Fingerprint.Recorder recorder) {
        Path parent = main.getParent();
        this.base = parent == null ? Path.of("") : parent;
        this.problems = problems;
        this.recorder = recorder;
    }

    /** The files of one pattern; a name without wildcards is returned unchecked. */
    List<Path> matching(Item.Scalar pattern) {
        try {
            Path path = base.resolve(pattern.text());
            if (!WILD.matcher(pattern.text()).find()) {
                return List.of(path);
            }
            Path directory = path.getParent();
            String name = String.valueOf(path.getFileName());
            if (directory != null && WILD.matcher(directory.toString()).find()) {
                problems.error(pattern.place(), "include: wildcards are only for the last part of a path");
                return List.of();
            }
            return listed(directory == null ? Path.of("") : directory, name, pattern);
        } catch (InvalidPathException | PatternSyntaxException fault) {
            problems.error(pattern.place(), "include: \"" + pattern.text() + "\" is not a path: " + fault.getMessage());
            return List.of();
        }
    }

    private List<Path> listed(Path directory, String name, Item.Scalar pattern) {
        IncludePattern include = new IncludePattern(directory, name);
        List<Path> found;
        try {
            found = include.files();
            recorder.listed(include, found);
        } catch (IOException fault) {
            recorder.listed(include, List.of());
            problems.error(pattern.place(), "include: " + directory + " cannot be read: " + fault.getMessage());
            return List.of();
        }
        if (found.isEmpty()) {
            problems.warning(pattern.place(), "include: no file matches " + pattern.text());
        }
        return found;
    }
}
