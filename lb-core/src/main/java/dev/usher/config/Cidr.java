package dev.usher.config;

/**
 * A block of addresses of one family. A v4-mapped IPv6 address counts as IPv4, so a dual-stack socket and an IPv4
 * socket see the same clients.
 *
 * @param ipv4 true for an IPv4 block; its address then stands in the lowest 32 bits of {@code low}
 * @param high the upper 64 bits of an IPv6 network; 0 for IPv4
 * @param low the lower 64 bits of an IPv6 network
 * @param prefixBits 0..32 or 0..128; every later bit is 0
 */
public record Cidr(boolean ipv4, long high, long low, int prefixBits) {
    static final Cidr LOOPBACK_V4 = new Cidr(true, 0, 0x7f00_0000L, 8);
    static final Cidr LOOPBACK_V6 = new Cidr(false, 0, 1, 128);

    public Cidr {
        new IntRange(0, ipv4 ? 32 : 128).check(prefixBits, "prefix length");
        boolean hostBits = (high & ~highMask(ipv4, prefixBits)) != 0 || (low & ~lowMask(ipv4, prefixBits)) != 0;
        Check.that(!hostBits, "host bits set after the first " + prefixBits + " bits");
    }

    /** Reads {@code 10.0.0.0/8} or {@code 2001:db8::/32}; an address alone is a block of one. */
    public static Cidr parse(String text) {
        int slash = text.indexOf('/');
        String addressText = slash < 0 ? text : text.substring(0, slash);
        byte[] address = IpAddress.parse(addressText);
        if (address == null) {
            throw new IllegalArgumentException(
                    '"' + text + "\" is not an address block as 10.0.0.0/8 or 2001:db8::/32");
        }
        boolean mapped = IpAddress.isMapped(address);
        int width = address.length * 8;
        int bits = slash < 0 ? width : prefix(text.substring(slash + 1), width, text);
        boolean ipv4 = address.length == 4 || (mapped && bits >= 96);
        int prefixBits = ipv4 && mapped ? bits - 96 : bits;
        long high = ipv4 ? 0 : longAt(address, 0);
        long low = ipv4 ? v4(address) : longAt(address, 8);
        Cidr network = new Cidr(ipv4, high & highMask(ipv4, prefixBits), low & lowMask(ipv4, prefixBits), prefixBits);
        if (network.high != high || network.low != low) {
            throw new IllegalArgumentException(text + " has host bits set: did you mean " + network + "?");
        }
        return network;
    }

    /** Whether the block contains the address of 4 or 16 bytes. Allocates nothing. */
    public boolean contains(byte[] address) {
        if (address.length == 4 || IpAddress.isMapped(address)) {
            return ipv4 && (v4(address) & lowMask(true, prefixBits)) == low;
        }
        Check.that(address.length == 16, "an address has 4 or 16 bytes");
        return !ipv4
                && (longAt(address, 0) & highMask(false, prefixBits)) == high
                && (longAt(address, 8) & lowMask(false, prefixBits)) == low;
    }

    /** Text that {@link #parse} can read. */
    @Override
    public String toString() {
        byte[] address = new byte[ipv4 ? 4 : 16];
        for (int i = 0; i < address.length; i++) {
            int shift = 8 * (address.length - 1 - i);
            address[i] = (byte) (shift >= 64 ? high >>> (shift - 64) : low >>> shift);
        }
        return IpAddress.text(address) + "/" + prefixBits;
    }

    private static int prefix(String digits, int width, String text) {
        boolean number =
                !digits.isEmpty() && digits.length() <= 3 && digits.chars().allMatch(c -> c >= '0' && c <= '9');
        int bits = number ? Integer.parseInt(digits) : -1;
        Check.that(bits >= 0 && bits <= width, "prefix length of \"" + text + "\" must be 0.." + width);
        return bits;
    }

    private static long highMask(boolean ipv4, int prefixBits) {
        return ipv4 ? 0 : mask(Math.min(prefixBits, 64));
    }

    private static long lowMask(boolean ipv4, int prefixBits) {
        return ipv4 ? mask(prefixBits + 32) & 0xffff_ffffL : mask(Math.max(prefixBits - 64, 0));
    }

    private static long mask(int bits) {
        return bits == 0 ? 0 : -1L << (64 - bits);
    }

    private static long v4(byte[] address) {
        int from = address.length - 4;
        return (address[from] & 255L) << 24
                | (address[from + 1] & 255L) << 16
                | (address[from + 2] & 255L) << 8
                | (address[from + 3] & 255L);
    }

    private static long longAt(byte[] address, int from) {
        long value = 0;
        for (int i = from; i < from + 8; i++) {
            value = value << 8 | (address[i] & 255);
        }
        return value;
    }
}
