package dev.usher.config;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CidrTest {
    @ParameterizedTest
    @CsvSource({
        "10.0.0.0/8,          10.255.1.2,        true",
        "10.0.0.0/8,          11.0.0.0,          false",
        "10.0.0.0/8,          ::ffff:10.1.2.3,   true",
        "::ffff:10.0.0.0/104, 10.1.2.3,          true",
        "10.0.0.7,            10.0.0.7,          true",
        "10.0.0.7,            10.0.0.6,          false",
        "0.0.0.0/0,           255.255.255.255,   true",
        "0.0.0.0/0,           2001:db8::1,       false",
        "::/0,                2001:db8::1,       true",
        "::/0,                10.0.0.1,          false",
        "2001:db8::/32,       2001:db8:ffff::1,  true",
        "2001:db8::/32,       2001:db9::,        false",
        "2001:db8::/65,       2001:db8::7fff:0:0:1, true",
        "2001:db8::/65,       2001:db8::8000:0:0:1, false",
        "::1/128,             ::1,               true",
        "::1/128,             ::2,               false",
        "255.255.255.254/31,  255.255.255.255,   true",
    })
    void containsTheAddressesOfItsPrefix(String block, String address, boolean expected) {
        assertEquals(expected, Cidr.parse(block).contains(Objects.requireNonNull(IpAddress.parse(address))));
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.0.0/8, 10.0.0.0/8",
        "10.0.0.7, 10.0.0.7/32",
        "2001:DB8:0::/32, 2001:db8::/32",
        "::ffff:10.0.0.0/104, 10.0.0.0/8",
        "0.0.0.0/0, 0.0.0.0/0",
        "::/0, ::/0",
    })
    void showsItsOneForm(String written, String shown) {
        assertEquals(shown, Cidr.parse(written).toString());
        assertEquals(Cidr.parse(written), Cidr.parse(shown));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            10.0.0.1/8       | did you mean 10.0.0.0/8?
            2001:db8::1/32   | did you mean 2001:db8::/32?
            10.0.0.0/33      | must be 0..32
            ::/129           | must be 0..128
            10.0.0.0/        | must be 0..32
            10.0.0.0/-1      | must be 0..32
            10.0.0/8         | is not an address block
            example.com/8    | is not an address block
            """)
    void refusesWhatIsNoBlock(String text, String fault) {
        Refusal.assertRefused(fault, () -> Cidr.parse(text));
    }
}
