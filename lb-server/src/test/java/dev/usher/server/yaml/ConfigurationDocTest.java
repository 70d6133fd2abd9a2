package dev.usher.server.yaml;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** docs/configuration.md and the example have every key that the records have, and the document has no other. */
class ConfigurationDocTest {
    private static final Path DOCUMENT = Path.of("..", "docs", "configuration.md");

    @Test
    void hasEveryKeyAndNoOther() throws IOException {
        String text = Files.readString(DOCUMENT);
        Set<String> keys = YamlKeys.all();
        Set<String> quoted = new TreeSet<>();
        Matcher words = Pattern.compile("`([a-z][a-z0-9_]*)`").matcher(text);
        while (words.find()) {
            quoted.add(words.group(1));
        }
        Set<String> missing = new TreeSet<>(keys);
        missing.removeAll(quoted);
        assertEquals(Set.of(), missing, "keys without a word in docs/configuration.md");

        Set<String> firstOfRow = new TreeSet<>();
        Matcher rows = Pattern.compile("(?m)^\\| `([a-z][a-z0-9_]*)` \\|")
                .matcher(text.replaceAll("(?s)### `balance`.*?###", "###"));
        while (rows.find()) {
            firstOfRow.add(rows.group(1));
        }
        firstOfRow.removeAll(keys);
        assertEquals(Set.of(), firstOfRow, "keys of docs/configuration.md that no record has");
    }

    /** A name that another section has as well is not enough. */
    @Test
    void saysEveryKeyUnderItsHeading() throws IOException {
        String text = Files.readString(DOCUMENT);
        List<String> lost = YamlKeys.places().stream()
                .filter(place -> !under(place.section(), text).contains("`" + place.key()))
                .map(place -> place.section() + "." + place.key())
                .toList();
        assertEquals(List.of(), lost, "keys that are not under the heading of their section");
    }

    /** From the heading of a section to the next heading; the whole text for a section without a heading. */
    private static String under(String section, String text) {
        Matcher heading = Pattern.compile("(?ms)^(#+) `" + section + "s?`[^\\n]*\\n.*?(?=^#{2,3} |\\z)")
                .matcher(text);
        return heading.find() ? heading.group() : text;
    }

    /** Comments count: the example names there the keys that its sections do without. */
    @Test
    void exampleHasEveryKey() throws IOException {
        String example = Files.readString(Path.of("..", "deploy", "usher.example.yaml"));
        List<String> lost = YamlKeys.all().stream()
                .filter(key ->
                        !Pattern.compile("\\b" + key + "\\b").matcher(example).find())
                .toList();
        assertEquals(List.of(), lost, "keys that are not in deploy/usher.example.yaml");
    }
}
