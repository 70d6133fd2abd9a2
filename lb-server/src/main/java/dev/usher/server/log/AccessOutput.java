package dev.usher.server.log;

import dev.usher.config.LoggingConfig.AccessLogConfig;
import dev.usher.file.FileCalls;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Output for access lines, behind one buffer. A failed write keeps the unwritten bytes, so that a disk that was full
 * for a while leaves no half line. One thread.
 */
final class AccessOutput implements AutoCloseable {
    private static final int BUFFER_BYTES = 64 * 1024;

    private static final Logger log = LoggerFactory.getLogger(AccessOutput.class);

    /** Null for stdout and for no output. */
    private final @Nullable Path file;

    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
    /** Null for no output. */
    private final @Nullable FileChannel channel;

    /** Lines in the buffer. */
    private int lines;

    private AccessOutput(@Nullable Path file, @Nullable FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    static AccessOutput stdout() {
        @SuppressWarnings("resource") // stdout is the process's own, and is never closed
        FileOutputStream stdout = new FileOutputStream(FileDescriptor.out);
        return new AccessOutput(null, stdout.getChannel());
    }

    /** Drops every line. */
    static AccessOutput nowhere() {
        return new AccessOutput(null, null);
    }

    /**
     * Appends to a file, which is made if absent.
     *
     * @throws IOException if the file cannot be opened; the message has the file and the reason
     */
    static AccessOutput file(Path file) throws IOException {
        try {
            return new AccessOutput(file, open(file));
        } catch (IOException e) {
            throw new IOException("the access log " + file + " cannot be opened: " + FileFault.text(e), e);
        }
    }

    private static FileChannel open(Path file) throws IOException {
        return FileCalls.run( // opening a pipe waits for a reader
                file,
                () -> FileChannel.open(
                        file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND));
    }

    /** Opens the output of a configuration. */
    static AccessOutput of(AccessLogConfig config) throws IOException {
        return switch (config.output()) {
            case NONE -> nowhere();
            case STDOUT -> stdout();
            case FILE -> file(Objects.requireNonNull(config.file()));
        };
    }

    /** True if a line of this many bytes can be {@link #put}. */
    boolean hasRoom(int bytes) {
        return buffer.remaining() >= bytes;
    }

    /** Takes a line of ASCII into the buffer. */
    void put(StringBuilder line) {
        for (int i = 0; i < line.length(); i++) {
            buffer.put((byte) line.charAt(i));
        }
        lines += line.isEmpty() ? 0 : 1;
    }

    /**
     * Writes the buffer out. Unwritten bytes stay in the buffer.
     *
     * @return false if the output takes no more at the moment
     */
    boolean flush() throws IOException {
        if (channel == null) {
            buffer.clear();
            lines = 0;
            return true;
        }
        buffer.flip();
        try {
            while (buffer.hasRemaining()) {
                if (channel.write(buffer) == 0) {
                    return false; // stdout was made non-blocking by another process
                }
            }
            return true;
        } finally {
            buffer.compact();
            lines = counted();
        }
    }

    private int counted() {
        int count = 0;
        for (int i = 0; i < buffer.position(); i++) {
            count += buffer.get(i) == '\n' ? 1 : 0;
        }
        return count;
    }

    /** Lines in the buffer. */
    int lines() {
        return lines;
    }

    @Override
    public String toString() {
        return channel == null ? "nowhere" : file == null ? "stdout" : file.toString();
    }

    @Override
    public void close() {
        if (file == null || channel == null) {
            return;
        }
        try {
            channel.close();
        } catch (IOException e) {
            log.error("access log: closing {} failed: {}", this, FileFault.text(e));
        }
    }
}
