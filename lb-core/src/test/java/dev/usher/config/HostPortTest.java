package dev.usher.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HostPortTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            10.0.0.1:443               | 10.0.0.1             | 443   | 10.0.0.1:443
            [2001:DB8:0:0::1]:443      | 2001:db8::1          | 443   | [2001:db8::1]:443
            [::]:65535                 | ::                   | 65535 | [::]:65535
            [::ffff:10.0.0.1]:80       | ::ffff:10.0.0.1      | 80    | [::ffff:10.0.0.1]:80
            Spare.Internal.:443        | spare.internal       | 443   | spare.internal:443
            bücher.example:443         | xn--bcher-kva.example| 443   | xn--bcher-kva.example:443
            localhost:6379             | localhost            | 6379  | localhost:6379
            my_host:1                  | my_host              | 1     | my_host:1
            """)
    void readsAnAddressIntoItsOneForm(String text, String host, int port, String shown) {
        HostPort address = HostPort.parse(text);
        assertEquals(new HostPort(host, port), address);
        assertEquals(shown, address.toString());
        assertEquals(address, HostPort.parse(address.toString()));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            10.0.0.1          | has no port
            10.0.0.256:443    | is not an IPv4 address
            010.0.0.1:443     | is not an IPv4 address
            10.0.0:443        | is not an IPv4 address
            2001:db8::1       | in brackets, as [2001:db8::1]:443
            fe80::1:443       | in brackets, as [fe80::1]:443
            ::1:443           | in brackets, as [::1]:443
            2001:db8::1:2     | in brackets, as [2001:db8::1:2]:443
            fe80::1%eth0:443  | zone
            127.0.0.1:443:444 | an address has one port: write 127.0.0.1:443
            a.example:80:443  | an address has one port: write a.example:80
            a:b:443           | in brackets, as [2001:db8::1]:443
            [fe80::1%eth0]:443| zone
            [2001:db8::1]     | write [2001:db8::1]:443
            [2001:db8::1]8443 | write [2001:db8::1]:8443
            10.0.0.1:{port}   | write a number, as 10.0.0.1:443
            a.lan:{port}      | {port} stands behind a host with {name} or {sub}
            {name}.lan        | has no port
            _x._tcp.a.lan:443 | write _x._tcp.a.lan
            [2001:db8::1      | [ without ]
            [10.0.0.1]:443    | is not an IPv6 address
            [1:2:3:4:5:6:7]:1 | is not an IPv6 address
            [1::2::3]:1       | is not an IPv6 address
            [12345::]:1       | is not an IPv6 address
            10.0.0.1:0        | port must be 1..65535, was 0
            10.0.0.1:65536    | port must be 1..65535, was 65536
            10.0.0.1:99999999999999999999 | port must be 1..65535
            10.0.0.1:https    | no port number
            10.0.0.1:         | no port number
            :443              | has no host
            *:443             | write ":443"
            a..b:443          | empty label
            -a.b:443          | begin or end with -
            a b:443           | cannot be part
            """)
    void refusesWhatIsNoAddress(String text, String fault) {
        Refusal.assertRefused(fault, () -> HostPort.parse(text));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            *:443 ssl                | an address stands alone: write ":443"
            0.0.0.0:443 ssl          | write "0.0.0.0:443"
            [::]:443 v6only          | write "[::]:443"
            443 ssl default_server   | write ":443"
            :443 ssl crt /etc/a.pem  | write ":443"
            443                      | write ":443" to listen on every address
            tcp://*:443              | without tcp://: write *:443
            tcp://0.0.0.0:443        | without tcp://: write 0.0.0.0:443
            :::443                   | write "[::]:443"
            ipv4@:443                | write "0.0.0.0:443"
            ipv4@*:443               | write "0.0.0.0:443"
            ipv6@:443                | write "[::]:443"
            ipv4@10.0.0.1:443        | write "10.0.0.1:443"
            0.0.0.0:443/tcp          | write "0.0.0.0:443"
            :80,:443                 | several addresses are a list: write [":80", ":443"]
            *:443, [::]:443          | write [":443", "[::]:443"]
            2001:db8::1:443          | in brackets
            *                        | has no port
            *.443                    | has no port
            """)
    void tellsOurFormForThatOfAnotherProgram(String text, String fault) {
        Refusal.assertRefused(fault, () -> HostPort.parseBind(text));
    }

    @Test
    void aStarIsEveryAddressToListenOn() {
        assertEquals(HostPort.parseBind(":443"), HostPort.parseBind("*:443"));
        Refusal.assertRefused("\"*\" is not an address", () -> HostPort.parse("*:443"));
    }

    @Test
    void bindsEveryAddressAndAFreePort() {
        assertEquals(new HostPort("", 443), HostPort.parseBind(":443"));
        assertEquals(":443", HostPort.parseBind(":443").toString());
        assertEquals(0, HostPort.parseBind("127.0.0.1:0").port());
    }

    @Test
    void knowsLiteralsAndLoopback() {
        assertTrue(HostPort.parse("[::1]:1").isIpv6Literal());
        assertTrue(HostPort.parse("[::1]:1").isIpLiteral());
        assertFalse(HostPort.parse("10.0.0.1:1").isIpv6Literal());
        assertTrue(HostPort.parse("10.0.0.1:1").isIpLiteral());
        assertFalse(HostPort.parse("db.internal:1").isIpLiteral());
        assertFalse(HostPort.parseBind(":1").isIpLiteral());
        for (String loopback : new String[] {"127.0.0.1:1", "127.9.9.9:1", "[::1]:1", "localhost:1"}) {
            assertTrue(HostPort.parse(loopback).isLoopback(), loopback);
        }
        for (String other : new String[] {":1", "0.0.0.0:1", "[::]:1", "10.0.0.1:1", "db.internal:1"}) {
            assertFalse(HostPort.parseBind(other).isLoopback(), other);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.0.0.1:443", "[2001:db8::1]:443", "[::]:0"})
    void writesTheAddressOfASocket(String text) {
        HostPort written = HostPort.parseBind(text);
        byte[] ip = Objects.requireNonNull(written.ip());
        assertEquals(text, HostPort.of(ip, written.port()).toString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"::", "::1", "1::", "1:2:3:4:5:6:7:8", "2001:db8::1:0:0:1", "2001:0:0:1::1", "1:0:2:3:4:5:6:7"})
    void writesIpv6AsRfc5952Has(String text) {
        byte[] address = Objects.requireNonNull(IpAddress.parse(text));
        assertEquals(16, address.length);
        assertEquals(text, IpAddress.text(address));
    }
}
