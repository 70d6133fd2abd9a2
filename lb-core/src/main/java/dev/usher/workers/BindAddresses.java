package dev.usher.workers;

import dev.usher.config.Address;
import dev.usher.config.HostPort;
import dev.usher.config.UnixPath;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.spi.SelectorProvider;

/** Addresses to listen on, from {@code bind} of the configuration. Any thread. */
final class BindAddresses {
    private final SelectorProvider provider;

    BindAddresses(SelectorProvider provider) {
        this.provider = provider;
    }

    /** True if a listener on each of the addresses would take connections of the other. */
    static boolean overlap(SocketAddress one, SocketAddress other) {
        if (one instanceof InetSocketAddress a && other instanceof InetSocketAddress b) {
            return overlap(a, b);
        }
        return one.equals(other);
    }

    private static boolean overlap(InetSocketAddress a, InetSocketAddress b) {
        return a.getPort() == b.getPort()
                && (a.getAddress().isAnyLocalAddress()
                        || b.getAddress().isAnyLocalAddress()
                        || a.getAddress().equals(b.getAddress()));
    }

    /** The address to bind, with the name looked up. */
    SocketAddress of(Address bind) throws IOException {
        return switch (bind) {
            case HostPort tcp -> {
                InetAddress address = tcp.host().isEmpty() ? everyAddress() : InetAddress.getByName(tcp.host());
                yield new InetSocketAddress(address, tcp.port());
            }
            case UnixPath file -> UnixDomainSocketAddress.of(file.path());
        };
    }

    /**
     * The wildcard address: {@code ::} if the JVM has IPv6, since such a socket takes IPv4 too; else {@code 0.0.0.0}.
     * Java's default wildcard is IPv4 only.
     */
    private InetAddress everyAddress() throws IOException {
        try {
            provider.openSocketChannel(StandardProtocolFamily.INET6).close();
            return InetAddress.ofLiteral("::");
        } catch (UnsupportedOperationException ipv4Only) {
            return InetAddress.ofLiteral("0.0.0.0");
        }
    }
}
