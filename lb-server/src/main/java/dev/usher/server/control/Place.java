package dev.usher.server.control;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The address of a listening socket, in a message.
 *
 * @param host in digits; null for a unix socket
 * @param port 0 for a unix socket
 * @param path null for TCP
 */
record Place(@Nullable String host, int port, @Nullable String path) {
    static List<Place> of(Collection<? extends SocketAddress> addresses) {
        return addresses.stream().map(Place::of).toList();
    }

    private static Place of(SocketAddress address) {
        return address instanceof InetSocketAddress tcp
                ? new Place(tcp.getAddress().getHostAddress(), tcp.getPort(), null)
                : new Place(null, 0, String.valueOf(address));
    }

    static Set<SocketAddress> addresses(@Nullable List<Place> places) throws IOException {
        Set<SocketAddress> addresses = new LinkedHashSet<>();
        for (Place place : places == null ? List.<Place>of() : places) {
            addresses.add(place.address());
        }
        return addresses;
    }

    private SocketAddress address() throws IOException {
        try {
            if (path != null) {
                return UnixDomainSocketAddress.of(path);
            }
            if (host != null) {
                return new InetSocketAddress(InetAddress.ofLiteral(host), port);
            }
        } catch (IllegalArgumentException notOne) {
            throw new IOException("no address of a socket: " + notOne.getMessage(), notOne);
        }
        throw new IOException("an address has a host or a path");
    }
}
