package dev.usher.server.reload;

import com.sun.security.auth.module.UnixSystem;
import dev.usher.server.control.ControlSocket;
import dev.usher.server.control.ProcessStatus;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Places for run files: {@code $RUNTIME_DIRECTORY}, set by a service manager; {@code usher} in {@code $XDG_RUNTIME_DIR}
 * or in /run; a directory of the user's own among the temporary files.
 */
public final class RunDirectory {
    /** The group may reach the control socket. */
    private static final Set<PosixFilePermission> MODE = PosixFilePermissions.fromString("rwxr-x---");
    /** A writer to the directory could forge another process's files. */
    private static final Set<PosixFilePermission> OTHERS_WRITE =
            EnumSet.of(PosixFilePermission.GROUP_WRITE, PosixFilePermission.OTHERS_WRITE);

    private static final String ROOT = "0";

    private final List<Path> candidates = new ArrayList<>();

    /** Places by the given environment. */
    public RunDirectory(Function<String, @Nullable String> environment) {
        this(environment, user());
    }

    private RunDirectory(Function<String, @Nullable String> environment, String user) {
        String given = environment.apply("RUNTIME_DIRECTORY");
        if (given != null && !given.isEmpty()) {
            candidates.add(Path.of(given.split(":", 2)[0])); // several are separated by colons
        }
        String session = environment.apply("XDG_RUNTIME_DIR");
        if (session != null && !session.isEmpty()) {
            candidates.add(Path.of(session, "usher"));
        }
        candidates.add(Path.of("/run/usher"));
        candidates.add(Path.of(System.getProperty("java.io.tmpdir"), "usher-" + user));
    }

    /** The user's number, to compare with a file's owner: in a container the user may have no name. */
    static String user() {
        return Long.toString(new UnixSystem().getUid());
    }

    static boolean isRoot() {
        return user().equals(ROOT);
    }

    /**
     * Places of every local process that could be an usher. For root, who may read their environments.
     *
     * @param own true for processes of this user only
     */
    static List<RunDirectory> ofOthers(boolean own) {
        return ProcessHandle.allProcesses()
                .flatMap(process -> Stream.ofNullable(of(process.pid(), own)))
                .toList();
    }

    private static @Nullable RunDirectory of(long pid, boolean own) {
        try {
            Path process = Path.of("/proc/" + pid);
            if (!Files.readString(process.resolve("comm")).strip().equals("java")) {
                return null;
            }
            OptionalLong user = ProcessStatus.of(pid).user();
            if (user.isEmpty() || (own && !Long.toString(user.getAsLong()).equals(user()))) {
                return null;
            }
            Map<String, String> environment = environment(Files.readAllBytes(process.resolve("environ")));
            return new RunDirectory(environment::get, Long.toString(user.getAsLong()));
        } catch (IOException | InvalidPathException ended) {
            return null;
        }
    }

    private static Map<String, String> environment(byte[] all) {
        Map<String, String> environment = new HashMap<>();
        for (String entry : new String(all, StandardCharsets.UTF_8).split("\0", -1)) {
            int equals = entry.indexOf('=');
            if (equals > 0) {
                environment.put(entry.substring(0, equals), entry.substring(equals + 1));
            }
        }
        return environment;
    }

    /**
     * Every possible place of a run file: a command may have another environment than the process that made the file.
     */
    List<Path> candidates() {
        return candidates;
    }

    /** The first place that is writable and this user's own, made if necessary; null if there is none. */
    @Nullable
    Path writable() {
        for (Path candidate : candidates) {
            if (!ControlSocket.fits(candidate.resolve(ProcessHandle.current().pid() + ".sock"))) {
                continue;
            }
            try {
                if (!Files.isDirectory(candidate, LinkOption.NOFOLLOW_LINKS)) {
                    Files.createDirectory(candidate, PosixFilePermissions.asFileAttribute(MODE));
                }
                if (Files.isWritable(candidate) && isSafe(candidate) && isOwn(candidate)) {
                    return candidate;
                }
            } catch (IOException | UnsupportedOperationException notHere) {
                // The next place may do.
            }
        }
        return null;
    }

    /** Root can write everywhere, but another owner of the directory could replace root's files. */
    static boolean isOwn(Path directory) throws IOException {
        return owner(directory).equals(user());
    }

    private static String owner(Path path) throws IOException {
        return String.valueOf(Files.getAttribute(path, "unix:uid", LinkOption.NOFOLLOW_LINKS));
    }

    /** True if run files in the directory are believed by this user. */
    static boolean isBelieved(Path directory) throws IOException {
        return isBelieved(directory, user());
    }

    /**
     * Root commands the ushers of all users. Others believe their own directories, and a foreign directory only where few
     * users could have made it: in /run, but not among the temporary files.
     */
    static boolean isBelieved(Path directory, String user) throws IOException {
        return user.equals(ROOT)
                || owner(directory).equals(user)
                || owner(directory).equals(ROOT)
                || isSafe(Objects.requireNonNull(directory.toAbsolutePath().getParent()));
    }

    /** True if only the owner can write to the directory, and the directory is no link. */
    static boolean isSafe(Path directory) throws IOException {
        return Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)
                && Files.getPosixFilePermissions(directory, LinkOption.NOFOLLOW_LINKS).stream()
                        .noneMatch(OTHERS_WRITE::contains);
    }
}
