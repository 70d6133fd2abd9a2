package dev.usher.config;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** Key of a client for limits: its IPv4 address, or the /64 of its IPv6 address, since a whole /64 is easy to get. */
public final class ClientKey {
    private static final int NETWORK_BYTES = 8;
    private static final int IPV6_BYTES = 16;

    private ClientKey() {}

    /**
     * The same for every address of a client.
     *
     * @param address 4 bytes or 16
     */
    public static ByteBuffer of(byte[] address) {
        return ByteBuffer.wrap(address.length == IPV6_BYTES ? Arrays.copyOf(address, NETWORK_BYTES) : address);
    }
}
