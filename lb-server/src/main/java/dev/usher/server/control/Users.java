package dev.usher.server.control;

import dev.usher.config.AdminConfig.Role;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The user at the other end of a control socket, as the kernel says, and the user's rights. */
final class Users {
    /** Not looked up in PATH, which may name a directory that others can write to. */
    private static final List<Path> ID = List.of(Path.of("/usr/bin/id"), Path.of("/bin/id"));

    private static final UserPrincipal ROOT = user("0");

    /** The user that this process runs as. */
    private final UserPrincipal self;

    /**
     * @param own a file made by this process
     */
    Users(Path own) throws IOException {
        this.self = Files.getOwner(own);
    }

    /** The role of a user. The socket's mode admits only the owner, root and the group. */
    Role role(UserPrincipal user) {
        return user.equals(self) || user.equals(ROOT) ? Role.ADMIN : Role.OPERATOR;
    }

    /** True if this process runs as the user. */
    boolean isSelf(UserPrincipal user) {
        return user.equals(self);
    }

    /** For example {@code uid 1000 (anna)}. A name alone could mean a different user in a container. */
    static String text(UserPrincipal user) {
        String name = user.getName();
        if (user.equals(ROOT)) {
            return "uid 0 (" + name + ")";
        }
        String number = name.matches("\\d+") ? name : number(name);
        return number.isEmpty() || number.equals(name) ? "uid " + name : "uid " + number + " (" + name + ")";
    }

    /** The user's number, which Java does not expose; empty if unknown. */
    private static String number(String name) {
        Path program = ID.stream().filter(Files::isExecutable).findFirst().orElse(null);
        if (program == null) {
            return "";
        }
        try {
            Process id = new ProcessBuilder(program.toString(), "-u", "--", name)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            try {
                if (!id.waitFor(1, TimeUnit.SECONDS)) {
                    return "";
                }
                String said = new String(id.getInputStream().readNBytes(32), StandardCharsets.US_ASCII).strip();
                return said.matches("\\d+") ? said : "";
            } finally {
                id.destroyForcibly();
            }
        } catch (IOException absent) {
            return "";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "";
        }
    }

    private static UserPrincipal user(String number) {
        try {
            return FileSystems.getDefault().getUserPrincipalLookupService().lookupPrincipalByName(number);
        } catch (IOException e) {
            throw new IllegalStateException("the system has no user " + number, e);
        }
    }
}
