package dev.usher.server.sources;

import com.sun.security.auth.module.UnixSystem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The place of answers that outlive a restart: {@code $STATE_DIRECTORY}, set by a service manager; {@code usher} in {@code
 * $XDG_STATE_HOME}; /var/lib/usher of root; {@code .local/state/usher} in the user's home.
 */
final class StateDirectory {
    private static final Set<PosixFilePermission> MODE = PosixFilePermissions.fromString("rwx------");
    private static final long ROOT = 0;
    /** Digits of a directory's name: enough to keep the configurations of a machine apart. */
    private static final int NAME_DIGITS = 16;

    private StateDirectory() {}

    /** The directory for the answers of a configuration, made if necessary; null without a place to write to. */
    static @Nullable Path of(Path configuration, Function<String, @Nullable String> environment) {
        String name = sha256(configuration.toAbsolutePath().toString()).substring(0, NAME_DIGITS);
        for (Path candidate : candidates(environment)) {
            try {
                Path directory = candidate.resolve("sources").resolve(name);
                make(candidate);
                make(candidate.resolve("sources"));
                make(directory);
                if (isOwn(directory) && Files.isWritable(directory)) {
                    return directory;
                }
            } catch (IOException | UnsupportedOperationException notHere) {
                // The next place may do.
            }
        }
        return null;
    }

    private static List<Path> candidates(Function<String, @Nullable String> environment) {
        List<Path> candidates = new ArrayList<>();
        String given = environment.apply("STATE_DIRECTORY");
        if (given != null && !given.isEmpty()) {
            candidates.add(Path.of(given.split(":", 2)[0])); // several are separated by colons
        }
        String ofUser = environment.apply("XDG_STATE_HOME");
        if (ofUser != null && !ofUser.isEmpty()) {
            candidates.add(Path.of(ofUser, "usher"));
        }
        candidates.add(
                new UnixSystem().getUid() == ROOT
                        ? Path.of("/var/lib/usher")
                        : Path.of(System.getProperty("user.home"), ".local", "state", "usher"));
        return candidates;
    }

    private static void make(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            Files.createDirectories(directory.getParent());
            Files.createDirectory(directory, PosixFilePermissions.asFileAttribute(MODE));
        }
    }

    /** A directory of other users is not believed: the answers there would be served without a question. */
    private static boolean isOwn(Path directory) throws IOException {
        long owner = (Integer) Files.getAttribute(directory, "unix:uid", LinkOption.NOFOLLOW_LINKS);
        return Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)
                && owner == new UnixSystem().getUid()
                && Files.getPosixFilePermissions(directory, LinkOption.NOFOLLOW_LINKS).stream()
                        .allMatch(MODE::contains);
    }

    static String sha256(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
