package dev.usher.epoll;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a relay asks of a selector and its channels, where the JDK's sockets are the peers. */
@SuppressWarnings("try") // a close in the middle is what some tests are about
class EpollTest extends EpollWithPeers {
    @Test
    void bytesAndTheirEndArrive() throws IOException {
        try (Socket peer = peer();
                SocketChannel channel = accept()) {
            assertEquals(peer.getLocalSocketAddress(), channel.getRemoteAddress());
            assertEquals(peer.getRemoteSocketAddress(), channel.getLocalAddress());
            peer.getOutputStream().write("once".getBytes(StandardCharsets.US_ASCII));
            peer.shutdownOutput();

            assertEquals("once", new String(readToEnd(channel), StandardCharsets.US_ASCII));
        }
    }

    /** A RST comes with the event of a FIN: whoever takes it for a FIN takes a part for the whole. */
    @Test
    void aResetIsNoEnd() throws IOException {
        try (Socket peer = peer();
                SocketChannel channel = accept()) {
            peer.getOutputStream().write(new byte[10_000]);
            peer.setOption(StandardSocketOptions.SO_LINGER, 0);
            peer.close();

            SocketException reset = assertThrows(SocketException.class, () -> readToEnd(channel));
            assertEquals("Connection reset", reset.getMessage());
        }
    }

    /** A read stops at the mark of urgent data, short of what is there. */
    @Test
    void urgentDataHidesNoByteBehind() throws IOException {
        try (Socket peer = peer();
                SocketChannel channel = accept()) {
            peer.getOutputStream().write(new byte[] {'a'});
            peer.sendUrgentData('!');
            peer.getOutputStream().write(new byte[] {'b'});
            peer.shutdownOutput();

            assertEquals("ab", new String(readToEnd(channel), StandardCharsets.US_ASCII));
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void moreThanASocketTakesIsToldWhenThereIsRoom(boolean direct) throws Exception {
        byte[] many = new byte[20_000_000];
        for (int i = 0; i < many.length; i++) {
            many[i] = (byte) ((i * 31) >> 4);
        }
        ByteBuffer rest = direct ? ByteBuffer.allocateDirect(many.length) : ByteBuffer.allocate(many.length);
        rest.put(many).flip();
        try (Socket peer = peer();
                SocketChannel channel = accept()) {
            List<byte[]> read = new ArrayList<>();
            Thread reader = Thread.ofVirtual().start(() -> {
                try {
                    read.add(peer.getInputStream().readNBytes(many.length));
                } catch (IOException e) {
                    read.add(new byte[0]);
                }
            });
            SelectionKey key = channel.register(selector, SelectionKey.OP_WRITE);
            turnUntil(ready -> ready.equals(key) && channel.write(rest) >= 0 && !rest.hasRemaining());
            reader.join();

            assertArrayEquals(many, read.getFirst());
        }
    }

    /** Bytes that nobody reads keep the key ready, which must not hide that there is room again. */
    @Test
    void roomIsToldThoughBytesWait() throws Exception {
        try (Socket peer = peer();
                SocketChannel channel = accept()) {
            peer.getOutputStream().write(1);
            SelectionKey key = channel.register(selector, SelectionKey.OP_READ);
            turnUntil(SelectionKey::isReadable);
            int written = 0;
            for (int more = channel.write(buffer.clear()); more > 0; more = channel.write(buffer.clear())) {
                written += more;
            }
            int all = written;
            key.interestOps(SelectionKey.OP_READ | SelectionKey.OP_WRITE);
            turnUntil(SelectionKey::isReadable);
            Thread reader = Thread.ofVirtual().start(() -> {
                try {
                    peer.getInputStream().readNBytes(all);
                } catch (IOException gone) {
                    // The test has failed, and says why.
                }
            });
            turnUntil(ready -> ready.equals(key) && ready.isWritable());
            reader.join();
        }
    }

    /** As with the JDK: there is nothing to shut down, and a read may still have bytes. */
    @Test
    void anEndAfterAResetIsNoFault() throws IOException {
        try (Socket peer = peer();
                SocketChannel channel = accept()) {
            peer.setOption(StandardSocketOptions.SO_LINGER, 0);
            peer.close();
            SelectionKey key = channel.register(selector, SelectionKey.OP_READ);
            turnUntil(ready -> ready.equals(key));
            channel.shutdownOutput();
            assertThrows(SocketException.class, () -> channel.read(buffer.clear()));
        }
    }

    @Test
    void aConnectionThatWasThereBeforeTheOptionsHasThemToo() throws IOException {
        try (Socket peer = peer();
                SocketChannel channel = accept()) {
            assertTrue(peer.isConnected());
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            assertTrue(channel.getOption(StandardSocketOptions.TCP_NODELAY));
        }
    }

    @Test
    void readinessStaysUntilItIsUsed() throws IOException {
        try (Socket peer = peer();
                SocketChannel channel = accept()) {
            SelectionKey key = channel.register(selector, SelectionKey.OP_READ);
            peer.getOutputStream().write(1);
            turnUntil(ready -> ready.equals(key));
            turnUntil(ready -> ready.equals(key)); // nobody has read
            key.interestOps(0);
            assertEquals(0, selector.selectNow(ready -> {}));
            key.interestOps(SelectionKey.OP_READ);
            assertEquals(1, selector.selectNow(ready -> {}));
        }
    }

    @Test
    void aRegisteredChannelIsClosedAtOnce() throws IOException {
        try (Socket peer = peer();
                SocketChannel channel = accept()) {
            SelectionKey key = channel.register(selector, SelectionKey.OP_READ);
            peer.getOutputStream().write(1);
            turnUntil(ready -> ready.equals(key));
            channel.setOption(StandardSocketOptions.SO_LINGER, 0);
            channel.close();

            assertThrows(SocketException.class, () -> peer.getInputStream().read()); // no select in between
            assertEquals(0, selector.selectNow(ready -> {}));
            assertFalse(key.isValid());
        }
    }

    @Test
    void oneConnectionIsAcceptedAtATime() throws IOException {
        listener.register(selector, SelectionKey.OP_ACCEPT);
        try (Socket before = peer()) {
            assertTrue(before.isConnected());
            turnUntil(ready -> listener.accept() == null); // what came before the options is gone
        }
        try (Socket first = peer();
                Socket second = peer()) {
            List<SocketChannel> accepted = new ArrayList<>();
            turnUntil(ready -> {
                SocketChannel channel = listener.accept();
                if (channel == null) {
                    return false;
                }
                accepted.add(channel);
                assertNull(listener.accept(), "the selector tells again");
                return accepted.size() == 2;
            });
            assertTrue(first.isConnected() && second.isConnected());
            for (SocketChannel each : accepted) {
                each.close();
            }
        }
    }

    @Test
    void connects() throws IOException {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"));
                SocketChannel channel = provider.openSocketChannel(StandardProtocolFamily.INET)) {
            channel.configureBlocking(false);
            assertNull(channel.getRemoteAddress());
            if (!channel.connect(server.getLocalSocketAddress())) {
                SelectionKey key = channel.register(selector, SelectionKey.OP_CONNECT);
                turnUntil(ready -> ready.equals(key) && channel.finishConnect());
            }
            assertEquals(server.getLocalSocketAddress(), channel.getRemoteAddress());
            assertTrue(channel.finishConnect());
        }
    }

    @Test
    void aRefusedConnectSaysSo() throws IOException {
        InetSocketAddress nobody;
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            nobody = (InetSocketAddress) server.getLocalSocketAddress();
        }
        SocketChannel channel = provider.openSocketChannel(StandardProtocolFamily.INET);
        channel.configureBlocking(false);
        ConnectException refused = assertThrows(ConnectException.class, () -> {
            channel.connect(nobody);
            SelectionKey key = channel.register(selector, SelectionKey.OP_CONNECT);
            turnUntil(ready -> ready.equals(key) && channel.finishConnect());
        });
        assertEquals("Connection refused", refused.getMessage());
        assertFalse(channel.isOpen());
    }

    @Test
    void unixSocketsWorkToo() throws IOException {
        UnixDomainSocketAddress file = UnixDomainSocketAddress.of(directory.resolve("s"));
        try (ServerSocketChannel unix = provider.openServerSocketChannel(StandardProtocolFamily.UNIX);
                SocketChannel client = provider.openSocketChannel(StandardProtocolFamily.UNIX)) {
            unix.configureBlocking(false);
            client.configureBlocking(false);
            SocketException missing = assertThrows(
                    SocketException.class,
                    () -> provider.openSocketChannel(StandardProtocolFamily.UNIX)
                            .connect(file));
            assertEquals("No such file or directory", missing.getMessage());
            unix.bind(file, 1);
            assertEquals(file, unix.getLocalAddress());
            assertTrue(client.connect(file));
            try (SocketChannel accepted = unix.accept()) {
                accepted.configureBlocking(false);
                client.write(ByteBuffer.wrap("by file".getBytes(StandardCharsets.US_ASCII)));
                client.shutdownOutput();
                assertEquals("by file", new String(readToEnd(accepted), StandardCharsets.US_ASCII));
            }
        }
    }

    @Test
    void ipv6WorksToo() throws IOException {
        try (ServerSocketChannel six = provider.openServerSocketChannel(StandardProtocolFamily.INET6);
                SocketChannel client = provider.openSocketChannel(StandardProtocolFamily.INET6)) {
            six.configureBlocking(false);
            client.configureBlocking(false);
            six.bind(new InetSocketAddress(InetAddress.ofLiteral("::1"), 0), 1);
            assertTrue(client.connect(six.getLocalAddress()) || client.finishConnect());
            try (SocketChannel accepted = six.accept()) {
                assertEquals(client.getLocalAddress(), accepted.getRemoteAddress());
            }
        }
    }

    @Test
    void anotherThreadEndsTheWait() throws Exception {
        Thread waker = Thread.ofVirtual().start(selector::wakeup);
        assertEquals(0, selector.select(key -> {}));
        waker.join();
    }

    @Test
    void aClosedSelectorIsLeftAlone() throws IOException {
        Selector closed = provider.openSelector();
        closed.close();
        closed.wakeup(); // its descriptor may belong to somebody else by now
        assertThrows(ClosedSelectorException.class, () -> closed.selectNow(key -> {}));
    }
}
