package dev.usher.loop;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import jdk.net.ExtendedSocketOptions;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sockets of one worker, with their options. Another transport, or another kind of socket, would come in here and
 * nowhere else.
 */
public final class Sockets {
    private static final Logger log = LoggerFactory.getLogger(Sockets.class);

    private final SelectorProvider provider;

    /** Only Linux has the option; learned from the first connection. */
    private boolean canDelayAck = true;

    Sockets(SelectorProvider provider) {
        this.provider = provider;
    }

    /**
     * Opens an unconnected, non-blocking channel without Nagle's delay, to connect to {@code peer}.
     *
     * @param source the local address; null lets the system choose
     * @param speaksFirst whether usher sends bytes right after connecting: the last ACK of the handshake then travels
     *     with the bytes, which saves two packets of a short connection. A peer that speaks first would be held up by
     *     the delay.
     */
    public SocketChannel connectingTo(InetSocketAddress peer, @Nullable InetSocketAddress source, boolean speaksFirst)
            throws IOException {
        SocketChannel channel = provider.openSocketChannel(familyOf(peer));
        try {
            channel.configureBlocking(false);
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            if (speaksFirst && canDelayAck) {
                delayAck(channel);
            }
            if (source != null) {
                bind(channel, source);
            }
            return channel;
        } catch (IOException e) {
            closeQuietly(channel);
            throw e;
        }
    }

    /** With SO_REUSEADDR, connections to different backends can share a port. */
    private static void bind(SocketChannel channel, InetSocketAddress source) throws IOException {
        channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
        channel.bind(source);
    }

    private void delayAck(SocketChannel channel) throws IOException {
        try {
            channel.setOption(ExtendedSocketOptions.TCP_QUICKACK, false);
        } catch (UnsupportedOperationException notOnThisSystem) {
            canDelayAck = false;
        }
    }

    /** IPv4 sockets for IPv4 addresses, to avoid a conversion at each call and a system property. */
    private static ProtocolFamily familyOf(InetSocketAddress address) {
        return address.getAddress() instanceof Inet4Address
                ? StandardProtocolFamily.INET
                : StandardProtocolFamily.INET6;
    }

    /** Opens a listening socket. Several workers may open the same address and share the connections. */
    ServerSocketChannel listen(InetSocketAddress address, int backlog) throws IOException {
        ServerSocketChannel channel = provider.openServerSocketChannel(familyOf(address));
        try {
            channel.configureBlocking(false);
            channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            channel.setOption(StandardSocketOptions.SO_REUSEPORT, true);
            channel.bind(address, backlog);
            return channel;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /** Makes a later close send a RST, since the peer has read only a part of the data. */
    static void abortOnClose(SocketChannel channel) {
        try {
            channel.setOption(StandardSocketOptions.SO_LINGER, 0);
        } catch (IOException gone) {
            // The socket is broken already, with no peer left to send a RST to.
        }
    }

    static void closeQuietly(SocketChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            log.debug("closing a channel failed", e);
        }
    }
}
