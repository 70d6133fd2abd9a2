package dev.usher.server.yaml;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Entries that stand beside their section, for want of an indent. Each run of such entries is noted once and read as a
 * part of the section, so that faults in the entries are found as well.
 */
final class Unindented {
    /** A server name with a dot, or with a star or a dot in front; no key has this form. */
    private static final Pattern SERVER_NAME =
            Pattern.compile("(?:https?://)?(?:\\*?\\.)?[\\p{L}\\p{N}_-]+(?:\\.[\\p{L}\\p{N}_-]+)+.*");

    private static final String ROUTES = "routes";
    /** Sections with entries named by the author, and the noun for an entry. */
    private static final Map<String, String> NOUNS =
            Map.of(ROUTES, "a route", "pools", "a pool", "listeners", "a listener");

    private final Set<String> known;
    private final Map<String, List<Item.Entry>> moved = new LinkedHashMap<>();

    private Unindented(Set<String> known) {
        this.known = known;
    }

    /** The mapping with unindented entries moved into their sections. */
    static Item.Mapping putRight(Item.Mapping tree, Set<String> known, Problems problems) {
        return new Unindented(known).putRight(tree, problems);
    }

    private Item.Mapping putRight(Item.Mapping tree, Problems problems) {
        List<Item.Entry> kept = sorted(tree);
        moved.forEach((section, entries) -> note(section, entries, problems));
        List<Item.Entry> whole = new ArrayList<>();
        for (Item.Entry entry : kept) {
            List<Item.Entry> more = moved.remove(entry.key());
            whole.add(more == null ? entry : joined(entry, more));
        }
        moved.forEach((section, entries) -> whole.add(new Item.Entry(
                entries.getFirst().place(),
                section,
                new Item.Mapping(entries.getFirst().place(), List.copyOf(entries)))));
        return new Item.Mapping(tree.place(), List.copyOf(whole));
    }

    /** The entries that stay. Fills {@link #moved} with the rest, by section. */
    private List<Item.Entry> sorted(Item.Mapping tree) {
        List<Item.Entry> kept = new ArrayList<>();
        String open = null;
        for (Item.Entry entry : tree.entries()) {
            if (known.contains(entry.key())) {
                open = entry.value() instanceof Item.Null ? entry.key() : null;
                kept.add(entry);
                continue;
            }
            String section = sectionOf(entry, open);
            if (section == null) {
                kept.add(entry);
            } else {
                moved.computeIfAbsent(section, _ -> new ArrayList<>()).add(entry);
            }
        }
        return kept;
    }

    /**
     * @param open the section without a value in front of the entry, if there is one
     */
    private @Nullable String sectionOf(Item.Entry entry, @Nullable String open) {
        if (open != null && NOUNS.containsKey(open) && !(ROUTES.equals(open) && isOtherKey(entry.key()))) {
            return open;
        }
        return known.contains(ROUTES) && SERVER_NAME.matcher(entry.key()).matches() ? ROUTES : null;
    }

    private boolean isOtherKey(String key) {
        return KeyHelp.clearlyMeant(key, known).isPresent()
                || !KeyHelp.sectionsOf(key).isEmpty();
    }

    private static void note(String section, List<Item.Entry> entries, Problems problems) {
        String noun = NOUNS.getOrDefault(section, "");
        String first = '"' + entries.getFirst().key() + '"';
        int more = entries.size() - 1;
        problems.error(
                entries.getFirst().place(),
                more == 0
                        ? first + " looks like " + noun + ": indent it below " + section + ":"
                        : first + " and " + more + " more look like " + section + ": indent them below " + section
                                + ":");
    }

    private static Item.Entry joined(Item.Entry section, List<Item.Entry> more) {
        Map<String, Item.Entry> entries = new LinkedHashMap<>();
        if (section.value() instanceof Item.Mapping present) {
            present.entries().forEach(entry -> entries.put(entry.key(), entry));
        }
        more.forEach(entry -> entries.putIfAbsent(entry.key(), entry));
        Place place = section.value() instanceof Item.Mapping present
                ? present.place()
                : more.getFirst().place();
        return new Item.Entry(section.place(), section.key(), new Item.Mapping(place, List.copyOf(entries.values())));
    }
}
