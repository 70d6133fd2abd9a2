package dev.usher.named;

import dev.usher.config.Cidr;
import dev.usher.config.IpAddress;
import org.jspecify.annotations.Nullable;

/**
 * Blocks of addresses with a special purpose, by IANA's registries for IPv4 and IPv6 (RFC 6890), and multicast. A host
 * of the public network has no such address. The first row with an address names its purpose.
 */
enum SpecialBlock {
    THIS_NETWORK("0.0.0.0/8", "this network", 791),
    PRIVATE_10("10.0.0.0/8", "private use", 1918),
    SHARED("100.64.0.0/10", "shared by the clients of a provider", 6598),
    LOOPBACK("127.0.0.0/8", "loopback", 1122),
    LINK_LOCAL("169.254.0.0/16", "link-local, and metadata of clouds", 3927),
    PRIVATE_172("172.16.0.0/12", "private use", 1918),
    PROTOCOLS("192.0.0.0/24", "protocol assignments of the IETF", 6890),
    TEST_1("192.0.2.0/24", "documentation", 5737),
    AS112("192.31.196.0/24", "AS112", 7535),
    AMT("192.52.193.0/24", "multicast tunnels", 7450),
    RELAY_6TO4("192.88.99.0/24", "relays of 6to4", 7526),
    PRIVATE_192("192.168.0.0/16", "private use", 1918),
    AS112_DIRECT("192.175.48.0/24", "AS112", 7534),
    BENCHMARKS("198.18.0.0/15", "benchmarks", 2544),
    TEST_2("198.51.100.0/24", "documentation", 5737),
    TEST_3("203.0.113.0/24", "documentation", 5737),
    MULTICAST("224.0.0.0/4", "multicast", 5771),
    RESERVED("240.0.0.0/4", "reserved, and broadcast", 1112),

    UNSPECIFIED_V6("::/128", "unspecified", 4291),
    LOOPBACK_V6("::1/128", "loopback", 4291),
    COMPATIBLE("::/96", "IPv4-compatible", 4291),
    TRANSLATED("64:ff9b:1::/48", "translation of local use", 8215),
    DISCARD("100::/64", "discard only", 6666),
    DUMMY("100:0:0:1::/64", "dummy prefix", 9780),
    PROTOCOLS_V6("2001::/23", "protocol assignments of the IETF", 2928),
    DOCUMENTATION_V6("2001:db8::/32", "documentation", 3849),
    AS112_V6("2620:4f:8000::/48", "AS112", 7534),
    DOCUMENTATION_2_V6("3fff::/20", "documentation", 9637),
    SEGMENTS("5f00::/16", "segment routing", 9602),
    UNIQUE_LOCAL("fc00::/7", "unique local", 4193),
    LINK_LOCAL_V6("fe80::/10", "link-local", 4291),
    SITE_LOCAL("fec0::/10", "site-local", 3879),
    MULTICAST_V6("ff00::/8", "multicast", 4291),
    /** Addresses outside 2000::/3 are not given out yet; a row for each part. */
    NOT_GLOBAL_LOW("::/3", "no global unicast", 4291),
    NOT_GLOBAL_4("4000::/2", "no global unicast", 4291),
    NOT_GLOBAL_HIGH("8000::/1", "no global unicast", 4291);

    @SuppressWarnings("ImmutableEnumChecker") // a record of numbers
    private final Cidr block;

    private final String purpose;
    private final int rfc;

    SpecialBlock(String block, String purpose, int rfc) {
        this.block = Cidr.parse(block);
        this.purpose = purpose;
        this.rfc = rfc;
    }

    Cidr block() {
        return block;
    }

    /** The row with an address of 4 or 16 bytes; null for an address of the public network. */
    static @Nullable SpecialBlock of(byte[] address) {
        for (SpecialBlock each : values()) {
            if (each.block.contains(address)) {
                return each;
            }
        }
        return null;
    }

    /** The purpose for people, for example {@code private use (RFC 1918)}. */
    String text() {
        return purpose + " (RFC " + rfc + ")";
    }

    /** The text of an address with its purpose. */
    String textOf(byte[] address) {
        return IpAddress.text(address) + " is for " + text();
    }
}
