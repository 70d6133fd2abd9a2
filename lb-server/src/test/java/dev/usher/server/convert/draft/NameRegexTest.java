package dev.usher.server.convert.draft;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.config.RoutePattern;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NameRegexTest {
    /** Names to ask both the expression and the patterns for. */
    private static final List<String> NAMES = List.of(
            "example.com",
            "www.example.com",
            "a.b.example.com",
            "shop.example.com",
            "notexample.com",
            "example.com.evil.org",
            "wwwexample.com",
            "example.org",
            "www.example.org",
            "x.www.example.com");

    private static String text(Names names) {
        return names.patterns().stream().map(RoutePattern::text).collect(Collectors.joining(" "));
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '~',
            value = {
                "^www\\.example\\.com$, www.example.com",
                "^(.*\\.)?example\\.com$, .example.com",
                "^(?:.+\\.)?example\\.com$, .example.com",
                "(^|\\.)example\\.com$, .example.com",
                "^(.*\\.|)example\\.com$, .example.com",
                "^.*\\.example\\.com$, *.example.com",
                "\\.example\\.com$, *.example.com",
                "^(.+)\\.example\\.com$, *.example.com",
                "^(www|shop)\\.example\\.com$, www.example.com shop.example.com",
                "^(www\\.)?example\\.(com|org)$, example.com example.org www.example.com www.example.org"
            })
    void readsWhatIsAListOfNames(String regex, String patterns) {
        Names names = NameRegex.read(regex, false);
        assertEquals(patterns, text(names));
        assertEquals("", names.difference());
        for (String name : NAMES) {
            assertEquals(
                    Pattern.compile(regex).matcher(name).find(),
                    names.patterns().stream().anyMatch(pattern -> takes(pattern, name)),
                    name);
        }
    }

    private static boolean takes(RoutePattern pattern, String name) {
        return switch (pattern.kind()) {
            case EXACT -> name.equals(pattern.name());
            case BELOW -> name.endsWith("." + pattern.name());
            case SELF_AND_BELOW -> name.equals(pattern.name()) || name.endsWith("." + pattern.name());
        };
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '~',
            value = {
                "example\\.com$, .example.com",
                ".*example\\.com$, .example.com",
                "^www\\.example\\.com, www.example.com",
                "^[a-z0-9-]+\\.example\\.com$, *.example.com",
                "^[^.]+\\.example\\.com$, *.example.com"
            })
    void saysHowThePatternDiffers(String regex, String patterns) {
        Names names = NameRegex.read(regex, false);
        assertEquals(patterns, text(names));
        assertTrue(!names.difference().isEmpty());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "^api-\\d+\\.example\\.com$",
                "^test-",
                "",
                "^$",
                ".*",
                "^(a|b",
                "^(?!www).*\\.example\\.com$",
                "^www\\.[a-z]+\\.com$",
                "example\\.com|example\\.org",
                "((a))\\.example\\.com",
                "\\",
                "^*.example.com$"
            })
    void refusesOthers(String regex) {
        assertTrue(NameRegex.read(regex, false).isNone(), () -> text(NameRegex.read(regex, false)));
    }

    @Test
    void isBoundedInNamesAndTime() {
        assertTrue(NameRegex.read("^" + "(a|b|c)".repeat(20) + "\\.example\\.com$", false)
                .isNone());
        assertTimeoutPreemptively(Duration.ofSeconds(20), () -> {
            NameRegex.read("(".repeat(900), false);
            NameRegex.read("[".repeat(900) + "+", false);
            NameRegex.read("(.*".repeat(300), false);
            NameRegex.read("(a".repeat(450), false);
        });
    }
}
