package dev.usher.admin.http;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** What counts as one client: an address; for IPv6 its /64, since a whole one is easily had. */
final class ClientKey {
    private static final int NETWORK_BYTES = 8;

    private ClientKey() {}

    static ByteBuffer of(InetAddress address) {
        byte[] bytes = address.getAddress();
        return ByteBuffer.wrap(address instanceof Inet6Address ? Arrays.copyOf(bytes, NETWORK_BYTES) : bytes);
    }
}
