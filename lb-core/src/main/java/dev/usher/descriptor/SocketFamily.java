package dev.usher.descriptor;

import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;

/** Families of sockets. */
public final class SocketFamily {
    private SocketFamily() {}

    /** The family for an address: IPv4 sockets for IPv4 addresses, to avoid a conversion at each call and a system property. */
    public static ProtocolFamily of(SocketAddress address) {
        if (!(address instanceof InetSocketAddress tcp)) {
            return StandardProtocolFamily.UNIX;
        }
        return tcp.getAddress() instanceof Inet4Address ? StandardProtocolFamily.INET : StandardProtocolFamily.INET6;
    }
}
