package dev.usher.name;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ServerNameTest {
    private static final String LABEL_63 = "a".repeat(63);
    private static final String NAME_253 = (LABEL_63 + ".").repeat(3) + "a".repeat(61);

    @ParameterizedTest
    @CsvSource({
        "shop.example, shop.example",
        "Shop.EXAMPLE, shop.example",
        "shop.example., shop.example",
        "localhost, localhost",
        "x, x",
        "*.Example, *.example",
        "*.shop.example., *.shop.example",
        "foo_bar.example, foo_bar.example",
        "_443._tcp.example, _443._tcp.example",
        "xn--bcher-kva.example, xn--bcher-kva.example",
        "-lead.trail-.example, -lead.trail-.example",
        "3.2.0.192.in-addr.arpa, 3.2.0.192.in-addr.arpa",
        "1.2.3, 1.2.3",
        "1.2.3.4.5, 1.2.3.4.5",
        "256.0.0.1, 256.0.0.1",
        "1.2.3.1000, 1.2.3.1000",
        "1.2.3.4a, 1.2.3.4a"
    })
    void isNormalised(String text, String name) {
        assertEquals(new ServerName(name, false), ServerName.parse(text));
        assertEquals(name, ServerName.of(text).toString());
    }

    @ParameterizedTest
    @CsvSource({
        "2001:db8::7, 2001:db8::7",
        "2001:DB8:0:0::0007, 2001:db8::7",
        "[2001:db8::7], 2001:db8::7",
        "::1, ::1",
        "::, ::",
        "::ffff:192.0.2.7, ::ffff:192.0.2.7"
    })
    void marksAddressesOfIpv6AndKnowsThemInOneForm(String text, String name) {
        assertEquals(new ServerName(name, true), ServerName.parse(text));
        assertEquals(name, ServerName.of(text).toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"192.0.2.7", "0.0.0.0", "255.255.255.255", "192.0.2.7."})
    void marksAddresses(String text) {
        assertEquals(new ServerName(text.replaceFirst("\\.$", ""), true), ServerName.parse(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ".",
                "..",
                ".example",
                "shop..example",
                "shop.example..",
                "*",
                "*.",
                "*.*.example",
                "*a.example",
                "shop.*.example",
                "**.example",
                "shop.example:443",
                "192.0.2.7:443",
                "[2001:db8::7]:443",
                "[2001:db8::7",
                "[192.0.2.7]",
                "[shop.example]",
                "2001:db8::7.",
                "fe80::1%eth0",
                "2001:db8:::7",
                ":",
                "shop example",
                " shop.example",
                "shop.example\n",
                "shop\0.example",
                "caf\u00e9.example",
                "\u212a.example",
                "\u0130.example",
                "shop\uff0eexample",
                "a/b",
                "%00"
            })
    void refusesEverythingElse(String text) {
        assertNull(ServerName.parse(text));
    }

    @Test
    void endsAtTheLimitsOfDns() {
        assertEquals(253, NAME_253.length());
        assertEquals(new ServerName(NAME_253, false), ServerName.parse(NAME_253));
        assertEquals(new ServerName(NAME_253, false), ServerName.parse(NAME_253 + "."));
        assertNull(ServerName.parse(NAME_253 + "a"));
        assertNull(ServerName.parse("a" + LABEL_63 + ".example"));
    }

    @Test
    void saysWhatIsWrong() {
        assertEquals("\"\" is not a server name: it is empty", messageOf(""));
        assertEquals("\"a..b\" is not a server name: a label is empty", messageOf("a..b"));
        assertEquals(
                "\"a b\" is not a server name: it may hold letters, digits, '-', '_' and '.' only", messageOf("a b"));
        assertEquals(
                "\"" + "x".repeat(80) + "...\" is not a server name: a label is longer than 63 characters",
                messageOf("x".repeat(100)));
        assertEquals(
                "\"" + "x".repeat(80) + "...\" is not a server name: it is longer than 253 characters",
                messageOf("x".repeat(60_000)));
    }

    @Test
    void existsInNormalisedFormOnly() {
        assertThrows(IllegalArgumentException.class, () -> new ServerName("Shop.example", false));
        assertThrows(IllegalArgumentException.class, () -> new ServerName("shop.example.", false));
        assertThrows(IllegalArgumentException.class, () -> new ServerName("shop.example", true));
        assertThrows(IllegalArgumentException.class, () -> new ServerName("192.0.2.7", false));
        assertThrows(IllegalArgumentException.class, () -> new ServerName("2001:db8::7", false));
        assertThrows(IllegalArgumentException.class, () -> new ServerName("2001:DB8::7", true));
        assertThrows(IllegalArgumentException.class, () -> new ServerName("[2001:db8::7]", true));
    }

    /** Turkish lower case has no I. */
    @Test
    void doesNotDependOnTheLocale() {
        Locale before = Locale.getDefault();
        try {
            Locale.setDefault(Locale.forLanguageTag("tr"));
            assertEquals(new ServerName("mail.example", false), ServerName.parse("MAIL.EXAMPLE"));
        } finally {
            Locale.setDefault(before);
        }
    }

    private static String messageOf(String text) {
        String message = assertThrows(IllegalArgumentException.class, () -> ServerName.of(text))
                .getMessage();
        assertFalse(message == null);
        return message;
    }
}
