package dev.usher.server.reload;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Where run files are: {@code $RUNTIME_DIRECTORY}, which a service manager sets; {@code usher} in
 * {@code $XDG_RUNTIME_DIR} or in /run; a directory of the user's own among the temporary files.
 */
public final class RunDirectory {
    private static final Set<PosixFilePermission> PRIVATE = PosixFilePermissions.fromString("rwx------");
    /** Who may write into a directory can make another process believe what he likes. */
    private static final Set<PosixFilePermission> OTHERS_WRITE =
            EnumSet.of(PosixFilePermission.GROUP_WRITE, PosixFilePermission.OTHERS_WRITE);

    private final List<Path> candidates = new ArrayList<>();

    /** By this environment. */
    public RunDirectory(Function<String, @Nullable String> environment) {
        String given = environment.apply("RUNTIME_DIRECTORY");
        if (given != null && !given.isEmpty()) {
            candidates.add(Path.of(given.split(":", 2)[0])); // several are separated by colons
        }
        String session = environment.apply("XDG_RUNTIME_DIR");
        if (session != null && !session.isEmpty()) {
            candidates.add(Path.of(session, "usher"));
        }
        candidates.add(Path.of("/run/usher"));
        candidates.add(Path.of(System.getProperty("java.io.tmpdir"), "usher-" + user()));
    }

    /** A number: in a container it may have no name. */
    private static String user() {
        try {
            return String.valueOf(Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
        } catch (IOException | UnsupportedOperationException | IllegalArgumentException notLinux) {
            return System.getProperty("user.name");
        }
    }

    /** All that a run file could be in: the one who looks for it may have another environment than the one that made it. */
    List<Path> candidates() {
        return candidates;
    }

    /** The first that can be written to, made if need be; null if there is none. */
    @Nullable
    Path writable() {
        for (Path candidate : candidates) {
            try {
                if (!Files.isDirectory(candidate, LinkOption.NOFOLLOW_LINKS)) {
                    Files.createDirectory(candidate, PosixFilePermissions.asFileAttribute(PRIVATE));
                }
                if (Files.isWritable(candidate) && isSafe(candidate)) {
                    return candidate;
                }
            } catch (IOException | UnsupportedOperationException notHere) {
                // The next one may do.
            }
        }
        return null;
    }

    /** Whether nobody but its owner can write to it, and it is no link. */
    static boolean isSafe(Path directory) throws IOException {
        return Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)
                && Files.getPosixFilePermissions(directory, LinkOption.NOFOLLOW_LINKS).stream()
                        .noneMatch(OTHERS_WRITE::contains);
    }
}
