package dev.usher.file;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A program for the configuration to run: a program that nobody but the user of the process and root can replace. */
public final class ProgramFile {
    private static final int GROUP_OR_OTHERS_WRITE = 022;
    private static final int ROOT = 0;

    private ProgramFile() {}

    /**
     * Checks the program and every directory on the way, links included.
     *
     * @param program absolute
     * @param user the number of the process's user
     * @throws IOException with the path in question, and the fault
     */
    public static void check(Path program, long user) throws IOException {
        try {
            Path real = program.toRealPath();
            if (!Files.isRegularFile(real) || !Files.isExecutable(real)) {
                throw new IOException(program + " is not a program that this user may run");
            }
            checkOwner(real, user, true);
            for (Path directory : directories(program, real)) {
                checkOwner(directory, user, false);
            }
        } catch (NoSuchFileException absent) {
            throw new IOException(program + " does not exist", absent);
        }
    }

    private static List<Path> directories(Path program, Path real) throws IOException {
        List<Path> directories = new ArrayList<>();
        for (Path each = real.getParent(); each != null; each = each.getParent()) {
            directories.add(each);
        }
        for (Path each = program.getParent(); each != null; each = each.getParent()) {
            directories.add(each.toRealPath());
        }
        return directories;
    }

    private static void checkOwner(Path path, long user, boolean program) throws IOException {
        String called = path + (program ? "" : ", a directory on the way to the program,");
        int owner = (Integer) Files.getAttribute(path, "unix:uid");
        if (owner != ROOT && owner != user) {
            throw new IOException(called + " belongs to another user, number " + owner
                    + ": give it to root, for example with chown root");
        }
        int mode = (Integer) Files.getAttribute(path, "unix:mode");
        if ((mode & GROUP_OR_OTHERS_WRITE) != 0) {
            throw new IOException(called + " can be written by others: chmod go-w " + path);
        }
    }
}
