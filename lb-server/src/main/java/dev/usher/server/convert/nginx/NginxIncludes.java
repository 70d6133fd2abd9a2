package dev.usher.server.convert.nginx;

import dev.usher.server.convert.draft.PeerText;
import dev.usher.server.convert.draft.Remarks;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.PatternSyntaxException;

/** Puts the directives of included files in place of {@code include}. Relative paths start at the main file. */
final class NginxIncludes {
    /** A circle of files ends here. */
    private static final int MAX_DEPTH = 8;
    /** A directory with more holds something else. */
    private static final int MAX_FILES = 1000;

    private final PeerText main;
    private final Remarks remarks;
    private final Set<Path> followed = new HashSet<>();

    NginxIncludes(PeerText main, Remarks remarks) {
        this.main = main;
        this.remarks = remarks;
    }

    /** Whether a file has been included. */
    boolean followed(Path file) {
        return followed.contains(file.toAbsolutePath().normalize());
    }

    List<Directive> expanded(List<Directive> block) {
        return expanded(block, 0);
    }

    private List<Directive> expanded(List<Directive> block, int depth) {
        List<Directive> all = new ArrayList<>();
        for (Directive directive : block) {
            if (!directive.is("include")) {
                all.add(directive);
            } else if (depth == MAX_DEPTH || followed.size() >= MAX_FILES) {
                remarks.leftOut(directive.statement(), "too many files include each other");
            } else {
                matching(directive).forEach(file -> all.addAll(expanded(read(directive, file), depth + 1)));
            }
        }
        return all;
    }

    private List<Directive> read(Directive include, Path file) {
        try {
            followed.add(file.toAbsolutePath().normalize());
            return NginxParser.read(PeerText.named(file));
        } catch (IOException fault) {
            remarks.leftOut(include.statement(), file + " " + fault.getMessage());
            return List.of();
        }
    }

    private List<Path> matching(Directive include) {
        try {
            Path path = main.resolve(include.word(1));
            String name = String.valueOf(path.getFileName());
            if (!name.matches(".*[*?\\[].*")) {
                return List.of(path);
            }
            Path parent = path.getParent();
            List<Path> files = listed(parent == null ? Path.of("") : parent, name);
            if (files.isEmpty()) {
                remarks.notNeeded(include.statement(), "no file matches");
            }
            return files;
        } catch (IOException | InvalidPathException | PatternSyntaxException fault) {
            remarks.leftOut(include.statement(), "the files cannot be listed: " + fault.getMessage());
            return List.of();
        }
    }

    private static List<Path> listed(Path directory, String glob) throws IOException {
        List<Path> files = new ArrayList<>();
        if (Files.isDirectory(directory)) {
            try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory, glob)) {
                for (Path entry : entries) {
                    files.add(entry);
                    if (files.size() > MAX_FILES) {
                        throw new IOException("more than " + MAX_FILES + " files match");
                    }
                }
            } catch (DirectoryIteratorException fault) {
                throw fault.getCause();
            }
        }
        return files.stream().sorted().toList();
    }
}
