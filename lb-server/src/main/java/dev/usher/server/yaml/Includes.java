package dev.usher.server.yaml;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** Finds the files that {@code include} names: relative to the file that has it, in lexical order. */
final class Includes {
    private static final Pattern WILD = Pattern.compile("[*?\\[{]");

    private final Path base;
    private final Problems problems;

    Includes(Path main, Problems problems) {
        Path parent = main.getParent();
        this.base = parent == null ? Path.of("") : parent;
        this.problems = problems;
    }

    /** The files of one pattern; a name without wildcards is given back unseen. */
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
        List<Path> found = new ArrayList<>();
        if (Files.isDirectory(directory)) {
            try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory, name)) {
                for (Path entry : entries) {
                    boolean hidden = String.valueOf(entry.getFileName()).startsWith(".");
                    if (!hidden && !Files.isDirectory(entry)) {
                        found.add(entry);
                    }
                }
            } catch (IOException fault) {
                problems.error(pattern.place(), "include: " + directory + " cannot be read: " + fault.getMessage());
                return List.of();
            }
        }
        if (found.isEmpty()) {
            problems.warning(pattern.place(), "include: no file matches " + pattern.text());
        }
        Collections.sort(found);
        return found;
    }
}
