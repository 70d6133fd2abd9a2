package dev.usher.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.usher.config.RoutePattern.Kind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RoutePatternTest {
    @ParameterizedTest
    @CsvSource({
        "www.example.com,   EXACT,          www.example.com",
        "WWW.Example.COM.,  EXACT,          www.example.com",
        "*.example.com,     BELOW,          example.com",
        ".example.com,      SELF_AND_BELOW, example.com",
        "*.Bücher.example,  BELOW,          xn--bcher-kva.example",
        "10.0.0.1,          EXACT,          10.0.0.1",
        "localhost,         EXACT,          localhost",
        "2001:DB8:0::1,     EXACT,          2001:db8::1",
        "::1,               EXACT,          ::1",
        "*.internal,        BELOW,          internal",
        "_dmarc.example.com,EXACT,          _dmarc.example.com",
    })
    void readsEachKind(String text, Kind kind, String name) {
        assertEquals(new RoutePattern(text, kind, name), RoutePattern.parse(text));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            *                 | default_route
            *.                | must not be empty
            .                 | must not be empty
            www.*.example.com | whole first label
            *w.example.com    | whole first label
            *.*.example.com   | whole first label
            *.10.0.0.1        | no names below
            10.0.0.256        | neither a host name nor an IPv4 address
            example.com:443   | has a colon
            [2001:db8::1]     | stands without brackets, as "2001:db8::1"
            [::1]:443         | stands without brackets
            *.2001:db8::1     | no names below
            .::1              | no names below
            ..example.com     | empty label
            exa mple.com      | cannot be part of one
            straße.example    | write it as xn--
            """)
    void refusesWhatNoServerNameCouldMatch(String text, String fault) {
        Refusal.assertRefused(fault, () -> RoutePattern.parse(text));
    }

    @Test
    void knowsTwoSpellingsOfOnePattern() {
        assertEquals(
                "xn--bcher-kva.example", RoutePattern.parse("Bücher.example.").canonical());
        assertNotEquals(
                RoutePattern.parse(".a.example").canonical(),
                RoutePattern.parse("*.a.example").canonical());
    }

    @Test
    void refusesPartsThatDoNotBelongTogether() {
        assertThrows(IllegalArgumentException.class, () -> new RoutePattern("*.a.b", Kind.EXACT, "a.b"));
        assertThrows(IllegalArgumentException.class, () -> new RoutePattern("a.b", Kind.EXACT, "a.c"));
    }

    @Test
    void refusesNamesLongerThanDns() {
        String label = "a".repeat(63);
        String longest = label + "." + label + "." + label + "." + "a".repeat(61);
        assertEquals(253, RoutePattern.parse(longest).name().length());
        assertThrows(IllegalArgumentException.class, () -> RoutePattern.parse(longest + "a"));
        assertThrows(IllegalArgumentException.class, () -> RoutePattern.parse(label + "a.example"));
    }
}
