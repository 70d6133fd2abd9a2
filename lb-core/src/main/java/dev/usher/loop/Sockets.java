package dev.usher.loop;

import dev.usher.config.ListenOptions;
import dev.usher.descriptor.GivenSockets;
import dev.usher.descriptor.KernelAddress;
import dev.usher.descriptor.MemoryLack;
import dev.usher.descriptor.SocketFamily;
import dev.usher.epoll.EpollProvider;
import dev.usher.epoll.LinuxOptions;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.NetworkChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.nio.file.Files;
import java.util.List;
import jdk.net.ExtendedSocketOptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sockets of one worker, with their options. Another transport, or another kind of socket, would come in here and
 * nowhere else.
 */
public final class Sockets {
    private static final Logger log = LoggerFactory.getLogger(Sockets.class);

    private final SelectorProvider provider;
    private final GivenSockets given;
    /** True if the channels have {@link LinuxOptions}. */
    private final boolean linux;

    /** Only Linux has the option; learned from the first connection. */
    private boolean canDelayAck = true;

    Sockets(SelectorProvider provider, GivenSockets given) {
        this.provider = provider;
        this.given = given;
        this.linux = provider instanceof EpollProvider;
    }

    /**
     * Opens an unconnected, non-blocking channel without Nagle's delay, for {@link #connect} to {@code peer}.
     *
     * @param speaksFirst whether usher sends bytes right after connecting: the last ACK of the handshake then travels
     *     with the bytes, which saves two packets of a short connection. A peer that speaks first would be held up by
     *     the delay.
     * @throws NoDescriptorException if no descriptor is left
     * @throws IOException if the channel cannot have the options or the source
     */
    public SocketChannel connectingTo(SocketAddress peer, Departure from, boolean speaksFirst) throws IOException {
        SocketChannel channel = open(peer);
        try {
            channel.configureBlocking(false);
            if (peer instanceof UnixDomainSocketAddress) {
                return channel; // has none of these options
            }
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            if (speaksFirst && canDelayAck) {
                delayAck(channel);
            }
            if (from.userTimeoutMillis() > 0) {
                channel.setOption(LinuxOptions.TCP_USER_TIMEOUT, from.userTimeoutMillis());
            }
            if (from.source() != null) {
                bind(channel, from.source(), from.foreign());
            }
            return channel;
        } catch (IOException e) {
            closeQuietly(channel);
            throw e;
        }
    }

    private SocketChannel open(SocketAddress peer) throws NoDescriptorException {
        try {
            return provider.openSocketChannel(SocketFamily.of(peer));
        } catch (IOException refused) {
            throw new NoDescriptorException(refused);
        }
    }

    /**
     * Connects.
     *
     * @return false if the connect is under way; never for a unix socket, where the kernel decides at once
     * @throws ConnectException if nobody takes connections there
     * @throws BindException if this machine has no port or memory left for a connection
     * @throws FullQueueException if a unix socket has no room for another connection at this moment
     */
    public boolean connect(SocketChannel channel, SocketAddress peer) throws IOException {
        if (peer instanceof UnixDomainSocketAddress file) {
            return connect(channel, file);
        }
        try { // To a backend on this machine the handshake is over by now, and asking once saves a turn of the loop.
            return channel.connect(peer) || channel.finishConnect();
        } catch (IOException failed) {
            throw MemoryLack.named(failed);
        }
    }

    private static boolean connect(SocketChannel channel, UnixDomainSocketAddress file) throws IOException {
        try {
            return channel.connect(file);
        } catch (ConnectException refused) {
            throw refused;
        } catch (BindException denied) { // EACCES in the JDK's words, which elsewhere mean a lack of ports
            throw new SocketException(denied.getMessage());
        } catch (SocketException failed) { // ENOENT without the file, EAGAIN with the file or for a name without one
            throw KernelAddress.isAbstract(file) || Files.exists(file.getPath())
                    ? new FullQueueException(failed.getMessage())
                    : new ConnectException(failed.getMessage());
        }
    }

    /**
     * Connections to different backends can share a port. SO_REUSEADDR allows that; still the port is chosen before the
     * backend is known, and may be taken towards that one.
     */
    private void bind(SocketChannel channel, InetSocketAddress source, boolean foreign) throws IOException {
        if (foreign) {
            channel.setOption(LinuxOptions.TRANSPARENT, true);
        }
        channel.setOption(linux ? LinuxOptions.PORT_AT_CONNECT : StandardSocketOptions.SO_REUSEADDR, true);
        channel.bind(source);
    }

    private void delayAck(SocketChannel channel) throws IOException {
        try {
            channel.setOption(ExtendedSocketOptions.TCP_QUICKACK, false);
        } catch (UnsupportedOperationException notOnThisSystem) {
            canDelayAck = false;
        }
    }

    /** True if a close takes effect at once though a selector has the channel; the JDK's channels wait for its next select. */
    boolean closeAtOnce() {
        return linux;
    }

    /** True if sockets of the address were opened for this process; then {@link #given} has them. */
    boolean isGiven(SocketAddress address) {
        return given.has(address);
    }

    /** A worker's channels on the given sockets of the address, if the worker has any. */
    List<ServerSocketChannel> given(SocketAddress address, int worker, int workers) throws IOException {
        return given.open(provider, address, worker, workers);
    }

    /** Opens a listening socket. Several workers may open the same TCP address and share the connections. */
    ServerSocketChannel listen(SocketAddress address, int backlog, boolean freebind) throws IOException {
        ServerSocketChannel channel = provider.openServerSocketChannel(SocketFamily.of(address));
        try {
            channel.configureBlocking(false);
            if (address instanceof InetSocketAddress) {
                channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
                channel.setOption(StandardSocketOptions.SO_REUSEPORT, true);
                if (freebind) {
                    freebind(channel);
                }
            }
            channel.bind(address, backlog);
            return channel;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /** Lets a channel bind an address that this machine does not have yet. */
    public static void freebind(NetworkChannel channel) throws IOException {
        channel.setOption(LinuxOptions.FREEBIND, true);
    }

    /** Sets the options that may change while a TCP socket listens; connections inherit {@code TCP_USER_TIMEOUT}. */
    void tune(ServerSocketChannel channel, ListenOptions options) throws IOException {
        if (linux) {
            channel.setOption(LinuxOptions.TCP_USER_TIMEOUT, options.tcpUserTimeoutMillis());
            channel.setOption(LinuxOptions.TCP_DEFER_ACCEPT, options.deferAccept() ? ListenOptions.DEFER_SECONDS : 0);
        }
    }

    /** Makes a later close send a RST, since the peer has read only a part of the data. Unix sockets know no RST. */
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
