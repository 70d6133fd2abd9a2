package dev.usher.file;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.file.NamedFile.Kind;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What people name, and the file system really has. */
@Timeout(60)
class NamedFileTest {
    @TempDir
    private Path directory = Path.of("");

    private static String fault(Path file) {
        return String.valueOf(assertThrows(IOException.class, () -> NamedFile.read(file, Kind.VALUE))
                .getMessage());
    }

    private Path pipe() throws Exception {
        Path pipe = directory.resolve("pipe");
        assertEquals(0, new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor());
        return pipe;
    }

    @Test
    void readsARegularFileThroughALink() throws IOException {
        Path file = Files.writeString(directory.resolve("file"), "text");
        Path link = Files.createSymbolicLink(directory.resolve("link"), file);
        assertArrayEquals("text".getBytes(StandardCharsets.US_ASCII), NamedFile.read(link, Kind.VALUE));
    }

    @Test
    void saysWhyThereIsNothingToRead() throws Exception {
        assertEquals("cannot be read: no such file", fault(directory.resolve("none")));
        Path loop = directory.resolve("loop");
        Files.createSymbolicLink(loop, loop);
        assertTrue(fault(loop).startsWith("cannot be read: "), fault(loop));
        Path closed = Files.writeString(directory.resolve("closed"), "text");
        Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("---------"));
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        assertEquals("cannot be read: permission denied", OtherUser.does(() -> fault(closed))); // root may read all
    }

    /** Nobody writes to the pipe: whoever opened it would wait for ever. The device would fill the memory. */
    @Test
    void opensNothingButRegularFiles() throws Exception {
        assertEquals("cannot be read: is a directory", fault(directory));
        assertEquals("cannot be read: is a pipe, not a file", fault(pipe()));
        assertEquals("cannot be read: is a device, not a file", fault(Path.of("/dev/zero")));
        Path socket = directory.resolve("socket");
        try (ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.bind(UnixDomainSocketAddress.of(socket));
            assertEquals("cannot be read: is a socket, not a file", fault(socket));
        }
    }

    @Test
    void refusesWhatIsLargerThanItsKind() throws IOException {
        Path file = directory.resolve("large");
        Files.write(file, new byte[Kind.VALUE.maxBytes()]);
        assertEquals(Kind.VALUE.maxBytes(), NamedFile.read(file, Kind.VALUE).length);
        Files.write(file, new byte[Kind.VALUE.maxBytes() + 1]);
        assertEquals("is larger than 64KiB", fault(file));
    }

    @Test
    void takesAPipeThatACommandLineNames() throws Exception {
        Path pipe = pipe();
        Thread writer = Thread.ofPlatform().daemon().start(() -> {
            try {
                Files.writeString(pipe, "text");
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
        NamedFile.Given given = NamedFile.readOrPipe(pipe, Kind.VALUE);
        assertArrayEquals("text".getBytes(StandardCharsets.US_ASCII), given.bytes());
        assertTrue(given.once());
        writer.join();
        assertFalse(NamedFile.readOrPipe(Files.writeString(directory.resolve("file"), "x"), Kind.VALUE)
                .once());
    }
}
