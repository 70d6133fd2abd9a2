package dev.usher.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/** A unix socket that listens, on blocking channels. */
public final class UnixServer implements AutoCloseable {
    private final Path file;
    private final ServerSocketChannel channel;

    public UnixServer(Path file) {
        this(file, 128);
    }

    /** @param backlog connections that may wait, and one more; at least 1 */
    public UnixServer(Path file, int backlog) {
        try {
            this.file = file;
            channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
            channel.bind(UnixDomainSocketAddress.of(file), backlog);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public SocketChannel accept() throws IOException {
        return channel.accept();
    }

    /** Reads so many bytes. */
    public static byte[] read(SocketChannel from, int bytes) throws IOException {
        return Channels.newInputStream(from).readNBytes(bytes);
    }

    public static byte[] readToEnd(SocketChannel from) throws IOException {
        return Channels.newInputStream(from).readAllBytes();
    }

    public static void send(SocketChannel to, byte... bytes) throws IOException {
        ByteBuffer all = ByteBuffer.wrap(bytes);
        while (all.hasRemaining()) {
            to.write(all);
        }
    }

    /** Stops listening, and leaves the file behind as a killed process does. */
    public void die() throws IOException {
        channel.close();
    }

    @Override
    public void close() throws IOException {
        channel.close();
        Files.deleteIfExists(file);
    }
}
