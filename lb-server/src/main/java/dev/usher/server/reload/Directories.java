package dev.usher.server.reload;

import dev.usher.server.yaml.Fingerprint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Directories with an event when a file changes: the file's own, and the directory of every symbolic link on the way to
 * the file. A volume of Kubernetes replaces a link beside the file, and leaves the file itself alone.
 */
final class Directories {
    /** The kernel's own limit before it reports a loop. */
    private static final int MAX_LINKS = 40;

    private Directories() {}

    static Set<Path> of(Fingerprint fingerprint) {
        Set<Path> directories = new LinkedHashSet<>();
        fingerprint.files().keySet().forEach(file -> addWayTo(file, directories));
        fingerprint
                .patterns()
                .keySet()
                .forEach(pattern -> addWayTo(pattern.directory().resolve("any"), directories));
        return directories;
    }

    /** Walks the path like the kernel, name by name. */
    private static void addWayTo(Path file, Set<Path> directories) {
        Path at = file.toAbsolutePath().getRoot();
        ArrayDeque<Path> names = new ArrayDeque<>();
        file.toAbsolutePath().forEach(names::add);
        int links = 0;
        while (at != null && !names.isEmpty()) {
            Path name = names.removeFirst();
            if (name.toString().equals("..")) {
                at = at.getParent() == null ? at : at.getParent();
                continue;
            }
            Path next = at.resolve(name);
            boolean link = Files.isSymbolicLink(next);
            if (link || names.isEmpty()) {
                directories.add(at);
            }
            if (!link) {
                at = next;
            } else if (++links <= MAX_LINKS) {
                Path target = target(next);
                at = target.isAbsolute() ? target.getRoot() : at;
                prepend(target, names);
            } else {
                return;
            }
        }
    }

    private static Path target(Path link) {
        try {
            return Files.readSymbolicLink(link);
        } catch (IOException goneMeanwhile) {
            return Path.of("");
        }
    }

    private static void prepend(Path target, ArrayDeque<Path> names) {
        for (int i = target.getNameCount() - 1; i >= 0; i--) {
            Path name = target.getName(i);
            if (!name.toString().isEmpty() && !name.toString().equals(".")) {
                names.addFirst(name);
            }
        }
    }
}
