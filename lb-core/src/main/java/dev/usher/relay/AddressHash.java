package dev.usher.relay;

import java.net.InetAddress;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Hashes of client addresses, seeded so that no client can choose addresses with equal hashes. IPv6 clients count by
 * /64, the network that a single client has.
 */
final class AddressHash {
    private static final int IPV6_COUNTED = 8;
    private static final byte[] NONE = {};

    private final long seed;

    AddressHash(RandomGenerator draws) {
        seed = draws.nextLong();
    }

    /** @param client null for clients without an address, who count as one */
    long of(@Nullable InetAddress client) {
        byte[] address = client == null ? NONE : client.getAddress();
        long bits = 0;
        int counted = Math.min(address.length, IPV6_COUNTED);
        for (int i = 0; i < counted; i++) {
            bits = bits << 8 | (address[i] & 255);
        }
        long h = (bits ^ seed) * 0xbf58476d1ce4e5b9L; // the finalizer of SplitMix64
        h = (h ^ (h >>> 32)) * 0x94d049bb133111ebL;
        return h ^ (h >>> 29);
    }
}
