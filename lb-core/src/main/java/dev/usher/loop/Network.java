package dev.usher.loop;

import dev.usher.config.LinuxKeys;
import dev.usher.config.PoolConfig;
import dev.usher.config.Spelling;
import dev.usher.config.Transport;
import dev.usher.config.UsherConfig;
import dev.usher.epoll.EpollProvider;
import dev.usher.epoll.LinuxOptions;
import java.io.IOException;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.util.Collection;

/**
 * A transport that this system has. Nothing above knows which.
 *
 * @param transport never {@link Transport#AUTO}
 * @param why the reason that a faster transport is not possible; empty if there is none
 */
public record Network(Transport transport, SelectorProvider provider, String why) {
    /**
     * Opens the transport that a configuration asks for.
     *
     * @throws IOException if the system does not allow that; the message says why, and what to write
     */
    public static Network of(Transport wanted) throws IOException {
        try {
            return switch (wanted) {
                case NIO -> nio("");
                case AUTO -> fastest();
                case EPOLL -> new Network(wanted, new EpollProvider(), "");
                case EPOLL_RING -> new Network(wanted, EpollProvider.withRing(), "");
            };
        } catch (UnsupportedOperationException refused) {
            throw new IOException(
                    "transport: " + Spelling.of(wanted) + " is not possible: " + refused.getMessage()
                            + "; write transport: auto",
                    refused);
        }
    }

    /** The fastest that this system has. */
    public static Network fastest() {
        try {
            return new Network(Transport.EPOLL, new EpollProvider(), "");
        } catch (UnsupportedOperationException refused) {
            return nio("epoll is not possible: " + refused.getMessage());
        }
    }

    private static Network nio(String why) {
        return new Network(Transport.NIO, SelectorProvider.provider(), why);
    }

    /**
     * Fails if a configuration asks for more than the network, or the rights of this process, can give.
     *
     * @throws IOException with the setting, the reason and the remedy
     */
    public static void check(SelectorProvider provider, UsherConfig config) throws IOException {
        Collection<PoolConfig> pools = config.pools().values();
        String needing = LinuxKeys.needing(config.listeners().values(), pools);
        if (needing != null && transportOf(provider) == Transport.NIO) {
            String why = fastest().why();
            throw new IOException(needing + ", and usher runs on nio: "
                    + (why.isEmpty() ? "restart usher with transport: auto" : why + "; leave the key out"));
        }
        for (PoolConfig pool : pools) {
            if (pool.transparent()) {
                checkTransparent(provider, pool.name());
                return; // what one pool may, all may
            }
        }
    }

    private static void checkTransparent(SelectorProvider provider, String pool) throws IOException {
        try (SocketChannel channel = provider.openSocketChannel(StandardProtocolFamily.INET)) {
            channel.setOption(LinuxOptions.TRANSPARENT, true);
        } catch (SocketException refused) {
            throw new IOException(
                    "pools." + pool + ".transparent is not possible: " + refused.getMessage()
                            + "; give usher the capability CAP_NET_RAW (systemd: deploy/systemd/transparent.conf)",
                    refused);
        }
    }

    /** The transport of a provider. */
    public static Transport transportOf(SelectorProvider provider) {
        if (!(provider instanceof EpollProvider epoll)) {
            return Transport.NIO;
        }
        return epoll.hasRing() ? Transport.EPOLL_RING : Transport.EPOLL;
    }
}
