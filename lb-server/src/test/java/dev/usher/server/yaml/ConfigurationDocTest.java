package dev.usher.server.yaml;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** docs/configuration.md has every key that the records have, and no other. */
class ConfigurationDocTest {
    @Test
    void hasEveryKeyAndNoOther() throws IOException {
        String text = Files.readString(Path.of("..", "docs", "configuration.md"));
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
}
