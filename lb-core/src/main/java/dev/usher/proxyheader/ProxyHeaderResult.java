package dev.usher.proxyheader;

import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/** What the bytes so far amount to. Every result but {@link NeedMore} is final. */
public sealed interface ProxyHeaderResult {
    /** The one {@link NeedMore}. */
    ProxyHeaderResult NEED_MORE = new NeedMore();

    /** Right so far, and not whole yet. */
    record NeedMore() implements ProxyHeaderResult {}

    /**
     * One whole, valid header. It gives both addresses or neither: without them the connection's own ones count
     * (LOCAL, UNKNOWN, and a family or a transport that is not TCP over IP).
     *
     * <p>A v4-mapped IPv6 address (RFC 4291 section 2.5.5.2) comes as the IPv4 address that it carries, as a client of
     * a dual-stack socket does: a list of IPv4 networks cannot be dodged by writing an address in the other way. So one
     * address may be IPv4 where the other is IPv6.
     *
     * @param length bytes of the header; whatever follows them belongs to the stream
     * @param source where the client's connection comes from
     * @param destination where the client connected to
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
     * No header of an accepted version. The connection is to be closed.
     *
     * @param detail one phrase for a log, in printable ASCII; at most a few hundred characters
     */
    record Refused(String detail) implements ProxyHeaderResult {}
}
