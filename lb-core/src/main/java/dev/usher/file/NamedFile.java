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
 * Reads whole files that people have named, and nothing else reads them. A name may stand for anything: a pipe that nobody
 * writes to, a device without an end, a file of a server that is gone. So only regular files are opened, a size is the
 * limit, and a time as well: what a name stands for can be swapped between the look and the opening.
 */
public final class NamedFile {
    /** What a file is for, and so how large it may be. */
    public enum Kind {
        /** A hundred thousand routes with all their settings; and no more than is read without an end of the heap. */
        CONFIGURATION((int) Math.min(64 << 20, Runtime.getRuntime().maxMemory() / 8)),
        /** The value of one setting, as a token's hash. */
        VALUE(64 << 10),
        /** Certificates or a key; all public authorities together have a quarter of a MiB. */
        PEM(4 << 20);

        private final int maxBytes;

        Kind(int maxBytes) {
            this.maxBytes = maxBytes;
        }

        /** More is an error. */
        public int maxBytes() {
            return maxBytes;
        }
    }

    /**
     * What was read.
     *
     * @param once whether it was a pipe, which gives its text once
     */
    @SuppressWarnings("ArrayRecordComponent") // nobody compares them
    public record Given(byte[] bytes, boolean once) {}

    /** Who writes into a pipe may have to fetch it first, and somebody waits at a command line. */
    private static final Duration PIPE_PATIENCE = Duration.ofSeconds(30);

    private static final int TYPE = 0170000;
    private static final int PIPE = 0010000;
    private static final int DIRECTORY = 0040000;
    private static final int REGULAR = 0100000;
    private static final int SOCKET = 0140000;

    private NamedFile() {}

    /**
     * All bytes of a regular file.
     *
     * @throws IOException with a message for the one who named the file, when it is none, cannot be read, does not answer
     *     or is larger
     */
    public static byte[] read(Path file, Kind kind) throws IOException {
        return readable(() -> FileCalls.run(file, () -> {
            refuseUnless(REGULAR, file);
            return bytes(file, kind);
        }));
    }

    /** The same of a file that a command line has named: a pipe will do, as of a shell's {@code <(...)}. */
    public static Given readOrPipe(Path file, Kind kind) throws IOException {
        return readable(() -> {
            boolean pipe = FileCalls.run(file, () -> type(file) == PIPE);
            return FileCalls.run(file, pipe ? PIPE_PATIENCE : FileCalls.PATIENCE, () -> {
                refuseUnless(pipe ? PIPE : REGULAR, file);
                return new Given(bytes(file, kind), pipe);
            });
        });
    }

    /** Whether it is a pipe. */
    public static boolean isPipe(Path file) throws IOException {
        return readable(() -> FileCalls.run(file, () -> type(file) == PIPE));
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

    /** As stat(2) has it: the JDK itself tells no pipe from a device. */
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
