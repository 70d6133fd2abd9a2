package dev.usher.server.yaml;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * Sections whose names are misspelt. A section that is not read hides its own faults, and makes others of what it would
 * have said: so it is read as the one that it clearly means.
 */
final class Misspelt {
    private Misspelt() {}

    /**
     * A mapping with the names that are meant. Each that is put right is noted as an error first.
     *
     * @param known the names that there are
     * @param fault what is wrong with a name; what is meant is added to it
     */
    static Item.Mapping putRight(
            Item.Mapping tree, Collection<String> known, UnaryOperator<String> fault, Problems problems) {
        List<Item.Entry> entries = new ArrayList<>();
        for (Item.Entry entry : tree.entries()) {
            Optional<String> meant = meant(entry, tree, known);
            meant.ifPresent(
                    key -> problems.error(entry.place(), fault.apply(entry.key()) + "; did you mean \"" + key + "\"?"));
            entries.add(meant.map(key -> new Item.Entry(entry.place(), key, entry.value()))
                    .orElse(entry));
        }
        return new Item.Mapping(tree.place(), List.copyOf(entries));
    }

    /** Clear is what is nearest to one name, and is neither there itself nor meant by another. */
    private static Optional<String> meant(Item.Entry entry, Item.Mapping tree, Collection<String> known) {
        return meaning(entry, known)
                .filter(meant -> tree.entry(meant) == null)
                .filter(meant -> tree.entries().stream()
                        .noneMatch(other -> !other.equals(entry)
                                && meaning(other, known).filter(meant::equals).isPresent()));
    }

    private static Optional<String> meaning(Item.Entry entry, Collection<String> known) {
        return known.contains(entry.key()) ? Optional.empty() : KeyHelp.clearlyMeant(entry.key(), known);
    }
}
