package dev.usher.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PrintableTest {
    @Test
    void leavesWordsOfAnyLanguageAsTheyAre() {
        for (String text : new String[] {
            "", "shop.example", "bücher.example", "例え.jp", "a\\b \"c\"", "no\u00a0break", "\ud83d\ude80"
        }) {
            assertSame(text, Printable.of(text));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "a, \\n",
        "d, \\r",
        "9, \\t",
        "0, \\x00",
        "1b, \\x1b",
        "7f, \\x7f",
        "85, \\x85",
        "9b, \\x9b",
        "2028, \\u2028",
        "2029, \\u2029",
        "202e, \\u202e",
        "2066, \\u2066",
        "200b, \\u200b",
        "feff, \\ufeff",
        "e000, \\ue000",
        "378, \\u0378",
        "e0001, \\u{e0001}",
    })
    void escapesWhatMovesACursorOrHides(String hex, String escaped) {
        String text = Character.toString(Integer.parseInt(hex, 16));

        assertEquals("a" + escaped + "b", Printable.of("a" + text + "b"));
    }

    @Test
    void escapesHalfOfAPair() {
        assertEquals("a\\ud83d", Printable.of("a\ud83d"));
        assertEquals("\\ude80b", Printable.of("\ude80b"));
    }

    @Test
    void leavesNoControlCharacterOfAllThereAre() {
        String all = IntStream.rangeClosed(0, Character.MAX_CODE_POINT)
                .mapToObj(Character::toString)
                .collect(Collectors.joining());

        assertEquals(
                0,
                Printable.of(all)
                        .codePoints()
                        .filter(c -> Character.isISOControl(c)
                                || Character.getType(c) == Character.FORMAT
                                || Character.getType(c) == Character.LINE_SEPARATOR
                                || Character.getType(c) == Character.PARAGRAPH_SEPARATOR)
                        .count());
    }
}
