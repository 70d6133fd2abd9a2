package dev.usher.server.yaml;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A value of the file and its place, with aliases, merges and substitutions resolved. */
sealed interface Item {
    Place place();

    /** The kind of value, in words for a message. */
    String kind();

    /** No value, {@code null} or {@code ~}. */
    record Null(Place place) implements Item {
        @Override
        public String kind() {
            return "nothing";
        }
    }

    /** A value with a noted fault: a reader takes the default and notes no second fault. */
    record Invalid(Place place) implements Item {
        @Override
        public String kind() {
            return "a faulty value";
        }
    }

    /**
     * A text; the key decides its meaning.
     *
     * @param secret true if the text came from a source of secrets and must not be shown
     */
    record Scalar(Place place, String text, boolean secret) implements Item {
        @Override
        public String kind() {
            return "a single value";
        }
    }

    /** Values in order. */
    record Listing(Place place, List<Item> items) implements Item {
        @Override
        public String kind() {
            return "a list";
        }
    }

    /** Values by name, in file order, each name once. */
    final class Mapping implements Item {
        private final Place place;
        private final List<Entry> entries;
        private final Map<String, Entry> byKey;

        Mapping(Place place, Collection<Entry> entries) {
            this.place = place;
            this.entries = List.copyOf(entries);
            this.byKey = HashMap.newHashMap(entries.size());
            entries.forEach(entry -> byKey.put(entry.key(), entry));
        }

        @Override
        public Place place() {
            return place;
        }

        List<Entry> entries() {
            return entries;
        }

        @Override
        public String kind() {
            return "a mapping";
        }

        @Nullable
        Entry entry(String key) {
            return byKey.get(key);
        }
    }

    /**
     * A name and its value.
     *
     * @param place of the key
     */
    record Entry(Place place, String key, Item value) {}
}
