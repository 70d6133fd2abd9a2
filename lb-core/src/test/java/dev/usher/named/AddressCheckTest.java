package dev.usher.named;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.usher.config.AddressRules;
import dev.usher.config.Cidr;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The addresses to which a client may be led. */
class AddressCheckTest {
    private static AddressRules rules(List<String> to, List<String> denyTo) {
        return new AddressRules(
                to.stream().map(Cidr::parse).toList(),
                denyTo.stream().map(Cidr::parse).toList());
    }

    private static @Nullable String refusal(AddressRules rules, String address) {
        return new AddressCheck(rules, own -> own.getHostAddress().equals("192.33.4.12"))
                .refusal(InetAddress.ofLiteral(address));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"1.1.1.1", "2606:4700::1111", "64:ff9b::101:101", "2002:101:101::1", "2001:0:101:101::fefe:fefe"
            })
    void allowsPublicAddresses(String address) {
        assertNull(refusal(AddressRules.NONE, address));
    }

    @ParameterizedTest
    @CsvSource({
        "10.1.2.3, 10.1.2.3 is for private use (RFC 1918)",
        "169.254.169.254, '169.254.169.254 is for link-local, and metadata of clouds (RFC 3927)'",
        "192.33.4.12, 192.33.4.12 is an address of this machine",
        "::1, ::1 is for loopback (RFC 4291)",
        "64:ff9b::a01:203, 64:ff9b::a01:203 leads to 10.1.2.3 is for private use (RFC 1918)",
        "64:ff9b::c021:40c, 64:ff9b::c021:40c leads to 192.33.4.12 is an address of this machine",
        "2002:7f00:1::, 2002:7f00:1:: leads to 127.0.0.1 is for loopback (RFC 1122)",
        "2001:0:a01:203::fefe:fefe, 2001:0:a01:203::fefe:fefe leads to 10.1.2.3 is for private use (RFC 1918)",
        "2001:0:101:101::80ff:fffe, 2001:0:101:101::80ff:fffe leads to 127.0.0.1 is for loopback (RFC 1122)",
    })
    void refusesOthersWithTheReason(String address, String reason) {
        assertEquals(reason, refusal(AddressRules.NONE, address));
    }

    /** The JDK hands a mapped address out as IPv4; a resolver of our own may not. */
    @Test
    void looksIntoMappedAddresses() throws UnknownHostException {
        byte[] mapped = new byte[16];
        mapped[10] = -1;
        mapped[11] = -1;
        mapped[12] = 10;
        assertEquals(1, Unwrapping.of(mapped).size());
        assertEquals(
                "10.0.0.0",
                InetAddress.getByAddress(Unwrapping.of(mapped).getFirst()).getHostAddress());
    }

    @Test
    void theNarrowestBlockDecides() {
        AddressRules home =
                rules(List.of("192.168.0.0/16", "10.1.1.1"), List.of("192.168.1.0/24", "0.0.0.0/0", "10.1.1.1/32"));
        assertNull(refusal(home, "192.168.2.1"));
        assertEquals("192.168.1.1 is in deny_to", refusal(home, "192.168.1.1"));
        assertEquals("1.1.1.1 is in deny_to", refusal(home, "1.1.1.1"));
        assertEquals("10.1.1.1 is in deny_to", refusal(home, "10.1.1.1"));
        assertNotNull(refusal(home, "2002:a00:1::"));
        assertNull(refusal(home, "2002:c0a8:201::")); // 192.168.2.1 inside
    }

    @Test
    void toAllowsAnAddressOfThisMachine() {
        assertNull(refusal(rules(List.of("192.33.4.12"), List.of()), "192.33.4.12"));
        assertNull(refusal(rules(List.of("64:ff9b::/96"), List.of()), "64:ff9b::a01:203"));
    }

    @Test
    void knowsTheAddressesOfThisMachine() throws SocketException {
        AddressCheck check = new AddressCheck(AddressRules.NONE);
        try (Stream<NetworkInterface> all = NetworkInterface.networkInterfaces()) {
            all.flatMap(NetworkInterface::inetAddresses)
                    .forEach(address -> assertNotNull(check.refusal(address), address.toString()));
        }
    }
}
