package dev.usher.named;

import dev.usher.config.Cidr;
import java.util.Arrays;
import java.util.List;

/** IPv4 addresses inside IPv6 addresses of a transition: packets to the outer address may end at the inner address. */
final class Unwrapping {
    private static final Cidr MAPPED = Cidr.parse("::ffff:0:0/96");
    /** RFC 6052 section 2.1. */
    private static final Cidr NAT64 = Cidr.parse("64:ff9b::/96");
    /** RFC 3056 section 2. */
    private static final Cidr SIX_TO_FOUR = Cidr.parse("2002::/16");
    /** RFC 4380 section 4. */
    private static final Cidr TEREDO = Cidr.parse("2001::/32");

    private Unwrapping() {}

    /** The inner addresses, of 4 bytes each; empty for an address without any. */
    static List<byte[]> of(byte[] address) {
        if (address.length == 4) {
            return List.of();
        }
        if (MAPPED.contains(address) || NAT64.contains(address)) {
            return List.of(Arrays.copyOfRange(address, 12, 16));
        }
        if (SIX_TO_FOUR.contains(address)) {
            return List.of(Arrays.copyOfRange(address, 2, 6));
        }
        return TEREDO.contains(address)
                ? List.of(Arrays.copyOfRange(address, 4, 8), inverted(Arrays.copyOfRange(address, 12, 16)))
                : List.of();
    }

    /** A Teredo client's address stands with all bits turned. */
    private static byte[] inverted(byte[] address) {
        for (int i = 0; i < address.length; i++) {
            address[i] = (byte) ~address[i];
        }
        return address;
    }
}
