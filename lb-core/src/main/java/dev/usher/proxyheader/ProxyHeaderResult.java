package dev.usher.proxyheader;

import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/** The verdict on the bytes so far. Every result except {@link NeedMore} is final. */
public sealed interface ProxyHeaderResult {
    /** The shared {@link NeedMore}. */
    ProxyHeaderResult NEED_MORE = new NeedMore();

    /** Valid so far, but incomplete. */
    record NeedMore() implements ProxyHeaderResult {}

    /**
     * A whole, valid header. Either both addresses are given or neither; without addresses (LOCAL, UNKNOWN, and a
     * family or transport other than TCP over IP) the connection's own addresses count.
     *
     * <p>A v4-mapped IPv6 address (RFC 4291 section 2.5.5.2) is converted to IPv4, as for a client of a dual-stack
     * socket, so that a client cannot evade a list of IPv4 networks by the other spelling. So one address may be IPv4
     * and the other IPv6.
     *
     * @param length bytes of the header; later bytes belong to the stream
     * @param source origin of the client's connection
     * @param destination address that the client connected to
     */
    record Header(
            int length,
            @Nullable InetSocketAddress source,
            @Nullable InetSocketAddress destination) implements ProxyHeaderResult {
        public Header {
            if ((source == null) != (destination == null)) {
                throw new IllegalArgumentException("source and destination must both be given, or neither");
            }
        }
    }

    /**
     * No header of an accepted version. The caller must close the connection.
     *
     * @param detail a phrase for a log, in printable ASCII; at most a few hundred characters
     */
    record Refused(String detail) implements ProxyHeaderResult {}
}
