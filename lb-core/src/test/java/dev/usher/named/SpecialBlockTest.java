package dev.usher.named;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.net.InetAddress;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The rows of IANA's registries, each by its edges. */
class SpecialBlockTest {
    private static @Nullable SpecialBlock of(String address) {
        return SpecialBlock.of(InetAddress.ofLiteral(address).getAddress());
    }

    @ParameterizedTest
    @CsvSource({
        "THIS_NETWORK, 0.0.0.0, 0.255.255.255",
        "PRIVATE_10, 10.0.0.0, 10.255.255.255",
        "SHARED, 100.64.0.0, 100.127.255.255",
        "LOOPBACK, 127.0.0.0, 127.255.255.255",
        "LINK_LOCAL, 169.254.0.0, 169.254.255.255",
        "PRIVATE_172, 172.16.0.0, 172.31.255.255",
        "PROTOCOLS, 192.0.0.0, 192.0.0.255",
        "TEST_1, 192.0.2.0, 192.0.2.255",
        "AS112, 192.31.196.0, 192.31.196.255",
        "AMT, 192.52.193.0, 192.52.193.255",
        "RELAY_6TO4, 192.88.99.0, 192.88.99.255",
        "PRIVATE_192, 192.168.0.0, 192.168.255.255",
        "AS112_DIRECT, 192.175.48.0, 192.175.48.255",
        "BENCHMARKS, 198.18.0.0, 198.19.255.255",
        "TEST_2, 198.51.100.0, 198.51.100.255",
        "TEST_3, 203.0.113.0, 203.0.113.255",
        "MULTICAST, 224.0.0.0, 239.255.255.255",
        "RESERVED, 240.0.0.0, 255.255.255.255",
        "UNSPECIFIED_V6, ::, ::",
        "LOOPBACK_V6, ::1, ::1",
        "COMPATIBLE, ::2, ::ffff",
        "TRANSLATED, 64:ff9b:1::, 64:ff9b:1:ffff:ffff:ffff:ffff:ffff",
        "DISCARD, 100::, 100::ffff:ffff:ffff:ffff",
        "DUMMY, 100:0:0:1::, 100:0:0:1:ffff:ffff:ffff:ffff",
        "PROTOCOLS_V6, 2001::, 2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff",
        "DOCUMENTATION_V6, 2001:db8::, 2001:db8:ffff:ffff:ffff:ffff:ffff:ffff",
        "AS112_V6, 2620:4f:8000::, 2620:4f:8000:ffff:ffff:ffff:ffff:ffff",
        "DOCUMENTATION_2_V6, 3fff::, 3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff",
        "SEGMENTS, 5f00::, 5f00:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        "UNIQUE_LOCAL, fc00::, fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        "LINK_LOCAL_V6, fe80::, febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        "SITE_LOCAL, fec0::, feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        "MULTICAST_V6, ff00::, ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        "NOT_GLOBAL_LOW, 200::, 1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        "NOT_GLOBAL_4, 4000::, 7fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        "NOT_GLOBAL_HIGH, 8000::, fbff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
    })
    void holdsItsEdges(SpecialBlock row, String first, String last) {
        assertEquals(row, of(first), first);
        assertEquals(row, of(last), last);
    }

    @Test
    void everyRowIsTried() throws ReflectiveOperationException {
        String[] lines = SpecialBlockTest.class
                .getDeclaredMethod("holdsItsEdges", SpecialBlock.class, String.class, String.class)
                .getAnnotation(CsvSource.class)
                .value();
        Set<SpecialBlock> tried = Arrays.stream(lines)
                .map(line -> SpecialBlock.valueOf(line.substring(0, line.indexOf(','))))
                .collect(Collectors.toSet());
        assertEquals(EnumSet.allOf(SpecialBlock.class), tried);
    }

    /** Each one stands right beside a row. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "1.0.0.0",
                "9.255.255.255",
                "11.0.0.0",
                "100.63.255.255",
                "100.128.0.0",
                "126.255.255.255",
                "128.0.0.0",
                "169.253.255.255",
                "169.255.0.0",
                "172.15.255.255",
                "172.32.0.0",
                "191.255.255.255",
                "192.0.1.0",
                "192.0.3.0",
                "192.31.195.255",
                "192.52.194.0",
                "192.88.98.255",
                "192.167.255.255",
                "192.169.0.0",
                "192.175.49.0",
                "198.17.255.255",
                "198.20.0.0",
                "198.51.101.0",
                "203.0.112.255",
                "203.0.114.0",
                "223.255.255.255",
                "2000::",
                "2001:200::",
                "2001:db7::",
                "2001:db9::",
                "2620:4f:7fff::",
                "2620:4f:8001::",
                "3ffe::",
                "3fff:1000::",
                "2a00:1450:4001:82f::200e"
            })
    void aHostOfThePublicNetworkHasNone(String address) {
        assertNull(of(address), address);
    }
}
