package dev.usher.file;

import dev.usher.config.Units;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Reads whole files named by people; every such read goes through this class. A path may lead to a pipe without a
 * writer, an endless device, or a file on a dead server. So only regular files are opened, and both size and time are
 * limited: even after the check of the type, a path can be swapped before the open.
 */
public final class NamedFile {
    /** The purpose of a file, which sets its maximum size. */
    public enum Kind {
        /**
         * A hundred thousand routes with every setting; at most an eighth of the heap, so that reading cannot exhaust
         * memory.
         */
        CONFIGURATION((int) Math.min(64 << 20, Runtime.getRuntime().maxMemory() / 8)),
        /** The configuration that names all other files: read also while many of these do not answer. */
        MAIN(CONFIGURATION.maxBytes),
        /** The value of a setting, such as a token's hash. */
        VALUE(64 << 10),
        /** Names and hashes of users: some ten thousand. */
        USERS(1 << 20),
        /** Certificates or a key; a bundle of every public authority is a quarter of a MiB. */
        PEM(4 << 20);

        private final int maxBytes;

        Kind(int maxBytes) {
            this.maxBytes = maxBytes;
        }

        /** The maximum size; a larger file is an error. */
        public int maxBytes() {
            return maxBytes;
        }
    }

    /**
     * The content of a file.
     *
     * @param once true for a pipe, whose content can only be read once
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    public record Given(byte[] bytes, boolean once) {}

    /** Time limit of a pipe: the writer may have to fetch the text first, while a person waits at the command line. */
    private static final Duration PIPE_PATIENCE = Duration.ofSeconds(30);

    private static final int TYPE = 0170000;
    private static final int PIPE = 0010000;
    private static final int DIRECTORY = 0040000;
    private static final int REGULAR = 0100000;
    private static final int SOCKET = 0140000;

    private NamedFile() {}

    /**
     * Reads a regular file.
     *
     * @throws IOException with a message for the person who named the file, if the file is not regular, cannot be read,
     *     does not answer or is too large
     */
    public static byte[] read(Path file, Kind kind) throws IOException {
        FileCalls.Call<byte[]> reading = () -> {
            refuseUnless(REGULAR, file);
            return bytes(file, kind);
        };
        return readable(
                kind == Kind.MAIN
                        ? () -> FileCalls.runFirst(file, FileCalls.PATIENCE, reading)
                        : () -> FileCalls.run(file, reading));
    }

    /** Same as {@link #read}, for a path from the command line: a pipe is allowed, such as a shell's {@code <(...)}. */
    public static Given readOrPipe(Path file, Kind kind) throws IOException {
        return readable(() -> {
            boolean pipe = isPipeNow(file);
            return FileCalls.runFirst(file, pipe ? PIPE_PATIENCE : FileCalls.PATIENCE, () -> {
                refuseUnless(pipe ? PIPE : REGULAR, file);
                return new Given(bytes(file, kind), pipe);
            });
        });
    }

    /** Whether the path, from the command line, is a pipe. */
    public static boolean isPipe(Path file) throws IOException {
        return readable(() -> isPipeNow(file));
    }

    private static boolean isPipeNow(Path file) throws IOException {
        return FileCalls.runFirst(file, FileCalls.PATIENCE, () -> type(file) == PIPE);
    }

    private static byte[] bytes(Path file, Kind kind) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(kind.maxBytes + 1);
            if (bytes.length > kind.maxBytes) {
                throw new TooLargeException(kind.maxBytes);
            }
            return bytes;
        }
    }

    private static final class TooLargeException extends IOException {
        private static final long serialVersionUID = 1;

        TooLargeException(int maxBytes) {
            super("is larger than " + Units.sizeText(maxBytes));
        }
    }

    private static void refuseUnless(int wanted, Path file) throws IOException {
        int type = type(file);
        if (type != wanted) {
            throw new IOException(
                    switch (type) {
                        case REGULAR -> "is no pipe any more";
                        case DIRECTORY -> "is a directory";
                        case PIPE -> "is a pipe, not a file";
                        case SOCKET -> "is a socket, not a file";
                        default -> "is a device, not a file";
                    });
        }
    }

    /** The type bits of stat(2), since the JDK's attributes do not tell a pipe from a device. */
    private static int type(Path file) throws IOException {
        return (int) Files.getAttribute(file, "unix:mode") & TYPE;
    }

    private static <T> T readable(FileCalls.Call<T> call) throws IOException {
        try {
            return call.run();
        } catch (TooLargeException fault) {
            throw fault;
        } catch (NoAnswerException fault) {
            throw new NoAnswerException("cannot be read: " + fault.getMessage());
        } catch (NoSuchFileException fault) {
            throw new IOException("cannot be read: no such file", fault);
        } catch (AccessDeniedException fault) {
            throw new IOException("cannot be read: permission denied", fault);
        } catch (FileSystemException fault) {
            String reason = fault.getReason();
            throw new IOException("cannot be read: " + (reason == null ? fault.getMessage() : reason), fault);
        } catch (IOException fault) {
            throw new IOException("cannot be read: " + fault.getMessage(), fault);
        }
    }
}
