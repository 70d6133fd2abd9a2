package dev.usher.server.convert.traefik;

import dev.usher.server.convert.draft.Statement;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A value of the tree, common to files and labels. */
sealed interface Node {
    Statement statement();

    /** A single value. */
    record Scalar(Statement statement, String text) implements Node {}

    /** Values in order. */
    record Listing(Statement statement, List<Node> items) implements Node {}

    /** Values by key. Keys are in lower case: Traefik takes both. Changed only while files are read. */
    record Mapping(Statement statement, Map<String, Node> entries) implements Node {
        static Mapping at(Statement statement) {
            return new Mapping(statement, new LinkedHashMap<>());
        }

        void put(String key, Node value) {
            entries.put(key.toLowerCase(Locale.ROOT), value);
        }

        @Nullable
        Node get(String key) {
            return entries.get(key);
        }

        /** The mapping behind a key; an empty mapping if the file has nothing there. */
        Mapping mapping(String key) {
            return get(key) instanceof Mapping found ? found : at(statement);
        }

        /** The value behind a key; empty without a single value. */
        String text(String key) {
            return get(key) instanceof Scalar found ? found.text() : "";
        }

        /** The values of a list, or of a single text with commas. */
        List<String> texts(String key) {
            return switch (get(key)) {
                case Listing list ->
                    list.items().stream()
                            .filter(Scalar.class::isInstance)
                            .map(item -> ((Scalar) item).text())
                            .toList();
                case Scalar text ->
                    Arrays.stream(text.text().split(","))
                            .map(String::strip)
                            .filter(each -> !each.isEmpty())
                            .toList();
                case null, default -> List.of();
            };
        }

        /** Adds the entries of a second mapping; an entry of both keeps the first value. */
        void merge(Mapping other) {
            other.entries.forEach((key, value) -> {
                if (entries.get(key) instanceof Mapping mine && value instanceof Mapping theirs) {
                    mine.merge(theirs);
                } else {
                    entries.putIfAbsent(key, value);
                }
            });
        }
    }
}
