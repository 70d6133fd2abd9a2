package dev.usher.server.yaml;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * Sections whose names are misspelt. A section that is not read hides its own faults, and makes others of what it would
 * have said: so it is read as the one that it clearly means.
 */
final class Misspelt {
    private Misspelt() {}

    /**
     * A mapping with the names that are clearly meant: nearest to one name, which is neither there itself nor meant by
     * another. Each that is put right is noted as an error first.
     *
     * @param known the names that there are
     * @param fault what is wrong with a name; what is meant is added to it
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

    /** For each key that there is not, the one that is clearly nearest, if there is one. */
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
