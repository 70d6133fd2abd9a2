package dev.usher.server.yaml;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * Sections with misspelt names. An unread section would hide its own faults and cause false faults elsewhere, so a
 * misspelt section is read under the name that it clearly means.
 */
final class Misspelt {
    private Misspelt() {}

    /**
     * Corrects the names of a mapping. A name is corrected if exactly one known name is nearest, the mapping lacks that
     * name, and no second entry means the same. Each correction is noted as an error first.
     *
     * @param known the valid names
     * @param fault message for an unknown name; the suggestion is added to the message
     */
    static Item.Mapping putRight(
            Item.Mapping tree, Collection<String> known, UnaryOperator<String> fault, Problems problems) {
        Map<String, String> meanings = meanings(tree, known);
        Map<String, Integer> meantBy = new HashMap<>();
        meanings.values().forEach(meaning -> meantBy.merge(meaning, 1, Integer::sum));
        List<Item.Entry> entries = new ArrayList<>();
        for (Item.Entry entry : tree.entries()) {
            String meant = meanings.get(entry.key());
            if (meant == null || tree.entry(meant) != null || meantBy.getOrDefault(meant, 0) > 1) {
                entries.add(entry);
            } else {
                problems.error(entry.place(), fault.apply(entry.key()) + "; did you mean \"" + meant + "\"?");
                entries.add(new Item.Entry(entry.place(), meant, entry.value()));
            }
        }
        return new Item.Mapping(tree.place(), entries);
    }

    /** For each unknown key, the known key that is clearly nearest, if there is such a key. */
    private static Map<String, String> meanings(Item.Mapping tree, Collection<String> known) {
        Map<String, String> meanings = new HashMap<>();
        for (Item.Entry entry : tree.entries()) {
            if (!known.contains(entry.key())) {
                KeyHelp.clearlyMeant(entry.key(), known).ifPresent(meaning -> meanings.put(entry.key(), meaning));
            }
        }
        return meanings;
    }
}
