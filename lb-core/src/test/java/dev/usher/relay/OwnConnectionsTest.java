package dev.usher.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OwnConnectionsTest {
    private final OwnConnections own = new OwnConnections();
    private final ServerSocketChannel ours = listening();
    private final ServerSocketChannel another = listening();

    @BeforeEach
    void listen() throws IOException {
        own.listensAt(ours.getLocalAddress());
        own.listensAt(another.getLocalAddress());
    }

    private static ServerSocketChannel listening() {
        try {
            return ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @AfterEach
    void close() throws IOException {
        ours.close();
        another.close();
    }

    /** @param port its own; 0 is the system's choice, and a port may have two connections to two servers */
    private static SocketChannel connect(ServerSocketChannel server, int port) throws IOException {
        SocketChannel channel = SocketChannel.open();
        channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
        channel.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        channel.connect(server.getLocalAddress());
        return channel;
    }

    private static int port(SocketChannel channel) throws IOException {
        return ((InetSocketAddress) channel.getLocalAddress()).getPort();
    }

    @Test
    void areKnownWhenTheyComeInAgain() throws IOException {
        try (SocketChannel backend = connect(ours, 0);
                SocketChannel accepted = ours.accept()) {
            assertFalse(own.isOwn(accepted), "not before it was noted");
            long mark = own.enter(backend);
            assertTrue(own.isOwn(accepted));
            own.leave(mark);
            assertFalse(own.isOwn(accepted), "not when it is over");
        }
    }

    /** Another program's connection from the same address and port, to us, while ours goes to another server. */
    @Test
    void areNotThoseThatShareTheirPort() throws IOException {
        try (SocketChannel backend = connect(another, 0);
                SocketChannel honest = connect(ours, port(backend));
                SocketChannel accepted = ours.accept()) {
            own.enter(backend);
            assertEquals(backend.getLocalAddress(), honest.getLocalAddress());
            assertEquals(backend.getLocalAddress(), accepted.getRemoteAddress());
            assertFalse(own.isOwn(accepted));
        }
    }

    @Test
    void ofThoseOnOnePortTheLastIsKnownAndNoOtherEndForgetsIt() throws IOException {
        try (SocketChannel first = connect(another, 0);
                SocketChannel second = connect(ours, port(first));
                SocketChannel accepted = ours.accept()) {
            long before = own.enter(first);
            own.enter(second);
            own.leave(before);
            assertTrue(own.isOwn(accepted));
        }
    }

    /** The question for the local address is a system call for each connection. */
    @Test
    void ofAPortWithoutAListenerThereIsNone() throws IOException {
        try (ServerSocketChannel backend = listening();
                SocketChannel to = connect(backend, 0)) {
            assertEquals(OwnConnections.NONE, own.enter(to));
            own.listensAt(backend.getLocalAddress());
            assertNotEquals(OwnConnections.NONE, own.enter(to));
        }
    }

    @Test
    void ofAClosedChannelThereIsNone() throws IOException {
        SocketChannel backend = connect(ours, 0);
        SocketChannel accepted = ours.accept();
        own.enter(backend);
        backend.close();
        accepted.close();
        assertEquals(OwnConnections.NONE, own.enter(backend));
        own.leave(OwnConnections.NONE);
        assertFalse(own.isOwn(accepted));
    }
}
