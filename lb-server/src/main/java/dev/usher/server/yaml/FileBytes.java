package dev.usher.server.yaml;

import dev.usher.config.Units;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads whole files that people have named. */
final class FileBytes {
    private FileBytes() {}

    /**
     * All bytes of a file.
     *
     * @throws IOException with a message for the one who named the file, when it cannot be read or is larger
     */
    static byte[] read(Path file, int maxBytes) throws IOException {
        if (Files.isDirectory(file)) {
            throw new IOException("cannot be read: is a directory");
        }
        if (Files.notExists(file)) {
            throw new IOException("cannot be read: no such file");
        }
        if (!Files.isReadable(file)) {
            throw new IOException("cannot be read: permission denied");
        }
        // A device or a pipe has no size to ask for in advance.
        try (FileInputStream in = new FileInputStream(file.toFile())) {
            byte[] bytes = in.readNBytes(maxBytes + 1);
            if (bytes.length > maxBytes) {
                throw new IOException("is larger than " + Units.sizeText(maxBytes));
            }
            return bytes;
        }
    }
}
