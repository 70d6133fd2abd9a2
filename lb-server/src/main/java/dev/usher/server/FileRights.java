package dev.usher.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Set;

/**
 * Rights of files for another user than this process's, as far as owner, group and others go. Access control lists and further
 * groups of the user are left out.
 *
 * @param user name of the user, and of the user's group
 */
record FileRights(String user) {
    /** A use of a file, with the rights that allow the use: of the owner, of the group, of others. */
    enum Access {
        READ(PosixFilePermission.OWNER_READ, PosixFilePermission.GROUP_READ, PosixFilePermission.OTHERS_READ),
        WRITE(PosixFilePermission.OWNER_WRITE, PosixFilePermission.GROUP_WRITE, PosixFilePermission.OTHERS_WRITE),
        /** The way through a directory to its files. */
        PASS(PosixFilePermission.OWNER_EXECUTE, PosixFilePermission.GROUP_EXECUTE, PosixFilePermission.OTHERS_EXECUTE);

        private final PosixFilePermission owner;
        private final PosixFilePermission group;
        private final PosixFilePermission others;

        Access(PosixFilePermission owner, PosixFilePermission group, PosixFilePermission others) {
            this.owner = owner;
            this.group = group;
            this.others = others;
        }
    }

    /** True if the user may not use the file, or not reach the file. False for a file that is absent, or hidden from this process. */
    boolean refuses(Path file, Access access) {
        try {
            Path real = file.toRealPath();
            for (Path above = real.getParent(); above != null; above = above.getParent()) {
                if (!allows(above, Access.PASS)) {
                    return true;
                }
            }
            return !allows(real, access);
        } catch (IOException | UnsupportedOperationException unknown) {
            return false;
        }
    }

    private boolean allows(Path file, Access access) throws IOException {
        PosixFileAttributes of = Files.readAttributes(file, PosixFileAttributes.class);
        Set<PosixFilePermission> granted = of.permissions();
        if (of.owner().getName().equals(user)) {
            return granted.contains(access.owner);
        }
        return granted.contains(of.group().getName().equals(user) ? access.group : access.others);
    }
}
