package dev.usher.server.it;

import dev.usher.server.Product;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** A file of docs/recipes.md, with what a test has to replace: ports, addresses, certificates. */
record Recipe(String text) {
    /** With its fence; one without a marker before it is none. */
    private static final Pattern FILE =
            Pattern.compile("(?:<!-- file: (\\S+) -->\n)?```\\w+\n(.*?)```\n", Pattern.DOTALL);

    private static List<MatchResult> files() throws IOException {
        return FILE.matcher(Files.readString(Product.file("docs/recipes.md")))
                .results()
                .toList();
    }

    /** What its files are called, and {@code "null"} where one has no name. */
    static Set<String> names() throws IOException {
        return files().stream().map(file -> String.valueOf(file.group(1))).collect(Collectors.toSet());
    }

    /** The file of this name, as the page has it. */
    static Recipe of(String name) throws IOException {
        return files().stream()
                .filter(file -> name.equals(file.group(1)))
                .map(file -> new Recipe(file.group(2)))
                .findFirst()
                .orElseThrow(() -> new AssertionError("docs/recipes.md has no file " + name));
    }

    /** With every change that the page's table of unix sockets has for this program. */
    Recipe onUnixSocket(String program) throws IOException {
        Pattern row = Pattern.compile("(?m)^\\| " + program + " \\| `(.*?)` \\| `(.*?)` \\|$");
        Recipe changed = this;
        for (MatchResult found : row.matcher(Files.readString(Product.file("docs/recipes.md")))
                .results()
                .toList()) {
            changed = changed.put(found.group(1), found.group(2));
        }
        return changed;
    }

    /** With another text in every place of this one; there must be such a place. */
    Recipe put(String there, String instead) {
        if (!text.contains(there)) {
            throw new AssertionError("the recipe does not say " + there + ":\n" + text);
        }
        return new Recipe(text.replace(there, instead));
    }

    /** Without the first text that is like this; there must be one. {@code ^} is the start of any line. */
    Recipe without(String regex) {
        String shorter = Pattern.compile(regex, Pattern.DOTALL | Pattern.MULTILINE)
                .matcher(text)
                .replaceFirst("");
        if (shorter.equals(text)) {
            throw new AssertionError("the recipe has nothing like " + regex + ":\n" + text);
        }
        return new Recipe(shorter);
    }
}
