package dev.usher.server.log;

import dev.usher.file.FileCalls;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * Output for access lines, behind one buffer. A failed write keeps the unwritten bytes, so that a disk that was full
 * for a while leaves no half line. One thread.
 */
final class AccessOutput implements AutoCloseable {
    private static final int BUFFER_BYTES = 64 * 1024;

    /** Null for stdout and for no output. */
    private final @Nullable Path file;

    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
    /** Null for no output. */
    private @Nullable FileChannel channel;

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

    /** Appends to a file, which is made if absent. */
    static AccessOutput file(Path file) throws IOException {
        return new AccessOutput(file, open(file));
    }

    private static FileChannel open(Path file) throws IOException {
        return FileCalls.run( // opening a pipe waits for a reader
                file,
                () -> FileChannel.open(
                        file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND));
    }

    /**
     * Continues in the file that now has the name, after a rotation. On failure the old file stays in use.
     *
     * @return false for an output without a name: stdout, or none
     */
    boolean reopen() throws IOException {
        if (file == null || channel == null) {
            return false;
        }
        FileChannel fresh = open(file);
        channel.close();
        channel = fresh;
        return true;
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
    }

    /**
     * Writes the buffer out. Unwritten bytes stay in the buffer.
     *
     * @return false if the output takes no more at the moment
     */
    boolean flush() throws IOException {
        if (channel == null) {
            buffer.clear();
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
        }
    }

    /** Lines in the buffer. */
    int pendingLines() {
        int lines = 0;
        for (int i = 0; i < buffer.position(); i++) {
            lines += buffer.get(i) == '\n' ? 1 : 0;
        }
        return lines;
    }

    @Override
    public String toString() {
        return channel == null ? "nowhere" : file == null ? "stdout" : file.toString();
    }

    @Override
    public void close() throws IOException {
        if (file != null && channel != null) {
            channel.close();
        }
    }
}
