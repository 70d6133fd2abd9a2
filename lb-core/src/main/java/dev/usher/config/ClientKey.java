package dev.usher.config;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** Key of a client for limits: its IPv4 address, or the /64 of its IPv6 address, since a whole /64 is easy to get. */
public final class ClientKey {
    private static final int NETWORK_BYTES = 8;

    private ClientKey() {}

    /** The same for every address of a client. */
    public static ByteBuffer of(InetAddress address) {
        byte[] bytes = address.getAddress();
        return ByteBuffer.wrap(address instanceof Inet6Address ? Arrays.copyOf(bytes, NETWORK_BYTES) : bytes);
    }
}
