package dev.usher.epoll;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A selector, and a listening socket for peers that are the JDK's sockets. */
abstract class EpollWithPeers {
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(20);

    final EpollProvider provider = provider();
    final ByteBuffer buffer = ByteBuffer.allocateDirect(64 * 1024);

    @SuppressWarnings("NullAway.Init")
    Selector selector;

    @SuppressWarnings("NullAway.Init")
    ServerSocketChannel listener;

    private InetSocketAddress address = new InetSocketAddress(0);

    @TempDir
    Path directory = Path.of("");

    /** What is tried. */
    EpollProvider provider() {
        return new EpollProvider();
    }

    @BeforeEach
    void open() throws IOException {
        selector = provider.openSelector();
        listener = provider.openServerSocketChannel(StandardProtocolFamily.INET);
        listener.configureBlocking(false);
        listener.bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), 10);
        address = (InetSocketAddress) listener.getLocalAddress();
    }

    @AfterEach
    void close() throws IOException {
        for (SelectionKey key : selector.keys()) {
            key.channel().close();
        }
        listener.close();
        selector.close();
    }

    interface Step {
        boolean on(SelectionKey key) throws IOException;
    }

    /** Selects until a step says that it is done. */
    void turnUntil(Step step) throws IOException {
        long end = System.nanoTime() + PATIENCE_NANOS;
        List<SelectionKey> done = new ArrayList<>();
        while (done.isEmpty()) {
            assertTrue(System.nanoTime() < end, "nothing more happens");
            List<IOException> thrown = new ArrayList<>();
            selector.select(
                    key -> {
                        try {
                            if (step.on(key)) {
                                done.add(key);
                            }
                        } catch (IOException e) {
                            thrown.add(e);
                        }
                    },
                    1_000);
            for (IOException e : thrown) {
                throw e;
            }
        }
    }

    SocketChannel accept() throws IOException {
        SelectionKey key = listener.register(selector, SelectionKey.OP_ACCEPT);
        List<SocketChannel> accepted = new ArrayList<>();
        turnUntil(ready -> {
            SocketChannel channel = listener.accept();
            if (channel != null) {
                accepted.add(channel);
            }
            return channel != null;
        });
        key.interestOps(0);
        SocketChannel channel = accepted.getFirst();
        channel.configureBlocking(false);
        return channel;
    }

    /** All that comes, until the end of the stream. */
    byte[] readToEnd(SocketChannel channel) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        SelectionKey key = channel.register(selector, SelectionKey.OP_READ);
        turnUntil(ready -> {
            if (!ready.equals(key)) {
                return false;
            }
            buffer.clear();
            int read = channel.read(buffer);
            buffer.flip();
            byte[] bytes = new byte[buffer.remaining()];
            buffer.get(bytes);
            all.writeBytes(bytes);
            return read < 0;
        });
        return all.toByteArray();
    }

    Socket peer() throws IOException {
        Socket peer = new Socket(address.getAddress(), address.getPort());
        peer.setSoTimeout((int) TimeUnit.NANOSECONDS.toMillis(PATIENCE_NANOS));
        return peer;
    }
}
