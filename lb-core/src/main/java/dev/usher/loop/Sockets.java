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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sockets of one worker, with their options: the one place where another transport, or another kind of socket, comes
 * in.
 */
public final class Sockets {
    private static final Logger log = LoggerFactory.getLogger(Sockets.class);

    private final SelectorProvider provider;

    /** Linux alone has the option; found out at the first connection. */
    private boolean canDelayAck = true;

    Sockets(SelectorProvider provider) {
        this.provider = provider;
    }

    /**
     * An unconnected, non-blocking channel without Nagle's delay, to connect to {@code peer}.
     *
     * @param speaksFirst whether bytes are sent as soon as it is connected: the last ACK of the handshake then waits for
     *     them. That saves two packets of a short connection. A peer that speaks first would have to wait with it.
     */
    public SocketChannel connectingTo(InetSocketAddress peer, boolean speaksFirst) throws IOException {
        SocketChannel channel = provider.openSocketChannel(familyOf(peer));
        try {
            channel.configureBlocking(false);
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            if (speaksFirst && canDelayAck) {
                delayAck(channel);
            }
            return channel;
        } catch (IOException e) {
            closeQuietly(channel);
            throw e;
        }
    }

    private void delayAck(SocketChannel channel) throws IOException {
        try {
            channel.setOption(ExtendedSocketOptions.TCP_QUICKACK, false);
        } catch (UnsupportedOperationException notOnThisSystem) {
            canDelayAck = false;
        }
    }

    /** IPv4 sockets for IPv4 addresses: no conversion at each call, and no need of a system property for it. */
    private static ProtocolFamily familyOf(InetSocketAddress address) {
        return address.getAddress() instanceof Inet4Address
                ? StandardProtocolFamily.INET
                : StandardProtocolFamily.INET6;
    }

    /** Opens a listening socket; several workers may open the same address, and share its connections. */
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

    /** Has the peer get a RST when the channel is closed: what it has read so far is not the whole. */
    static void abortOnClose(SocketChannel channel) {
        try {
            channel.setOption(StandardSocketOptions.SO_LINGER, 0);
        } catch (IOException gone) {
            // It is broken already: there is nobody left to send a RST to.
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
