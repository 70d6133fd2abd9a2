package dev.usher.server.yaml;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
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

    /** A key, with the value if on the same line. */
    private static final Pattern PAIR =
            Pattern.compile("(?<indent> *)(?<key>[^\\s#\\[{-][^#]*?):(?: +(?<value>[^\\s#].*))?(?:\\s*#.*|\\s*)");

    private static final Pattern EMPTY = Pattern.compile("\\s*(?:#.*)?");

    private static final String ROUTES = "routes";
    private static final String LISTENERS = "listeners";
    /** Sections with entries named by the author, and the noun for an entry. */
    private static final Map<String, String> NOUNS =
            Map.of(ROUTES, "a route", "pools", "a pool", LISTENERS, "a listener");

    private final Set<String> known;
    private final Map<String, List<Item.Entry>> moved = new LinkedHashMap<>();

    private Unindented(Set<String> known) {
        this.known = known;
    }

    /** A line with less indent than the section's later lines: place of the key, and message. */
    record Line(Place key, String message) {}

    /**
     * The first line of a section, if the parser refuses a later line at {@code found} for more indent; null for lines of
     * a different form.
     */
    static @Nullable Line above(Place found) {
        Source source = found.source();
        Pair refused = Pair.upFrom(source, found.line());
        Pair first = refused == null ? null : Pair.upFrom(source, refused.line() - 1);
        if (first == null || refused == null || first.indent() >= refused.indent()) {
            return null;
        }
        Pair before = first;
        while (before != null && before.hasValue() && before.indent() == first.indent()) {
            first = before;
            before = Pair.upFrom(source, before.line() - 1);
        }
        if (before == null || before.equals(first) || before.indent() != first.indent()) {
            return null;
        }
        return NOUNS.containsKey(before.key()) ? new Line(first.place(source), said(first.key(), before.key())) : null;
    }

    /** A line of the file with a key. */
    private record Pair(int line, int indent, String key, boolean hasValue) {
        /** The pair in a line or, if the line is empty or a comment, above; null for a line of a different form. */
        static @Nullable Pair upFrom(Source source, int last) {
            int line = last;
            while (line > 0 && EMPTY.matcher(source.line(line)).matches()) {
                line--;
            }
            Matcher pair = PAIR.matcher(line > 0 ? source.line(line) : "");
            return pair.matches()
                    ? new Pair(line, pair.end("indent"), pair.group("key"), pair.group("value") != null)
                    : null;
        }

        Place place(Source source) {
            return new Place(source, line, indent + 1, key.length());
        }
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
        whole.replaceAll(entry -> LISTENERS.equals(entry.key()) && entry.value() instanceof Item.Mapping listeners
                ? new Item.Entry(entry.place(), LISTENERS, withKeysBelow(listeners, problems))
                : entry);
        return new Item.Mapping(tree.place(), List.copyOf(whole));
    }

    /** The listeners, each with the keys beside the listener moved below. */
    private static Item.Mapping withKeysBelow(Item.Mapping listeners, Problems problems) {
        List<Item.Entry> kept = new ArrayList<>();
        for (Item.Entry entry : listeners.entries()) {
            if (kept.isEmpty() || kept.getLast().value() instanceof Item.Scalar || !isKeyOfListener(entry)) {
                kept.add(entry);
                continue;
            }
            Item.Entry owner = kept.removeLast();
            problems.error(
                    entry.place(),
                    '"' + entry.key() + "\" looks like a key of a listener: indent it below " + owner.key() + ":");
            kept.add(joined(owner, List.of(entry)));
        }
        return new Item.Mapping(listeners.place(), List.copyOf(kept));
    }

    /** True for a section of a listener, by its name and its own keys: a listener may be called http. */
    private static boolean isKeyOfListener(Item.Entry entry) {
        return KeyHelp.sectionsOf(entry.key()).contains(KeyHelp.LISTENER)
                && entry.value() instanceof Item.Mapping section
                && section.entries().stream()
                        .anyMatch(each -> KeyHelp.sectionsOf(each.key()).contains("in " + entry.key()));
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
        String first = entries.getFirst().key();
        int more = entries.size() - 1;
        problems.error(
                entries.getFirst().place(),
                more == 0
                        ? said(first, section)
                        : '"' + first + "\" and " + more + " more look like " + section + ": indent them below "
                                + section + ":");
    }

    private static String said(String key, String section) {
        return '"' + key.replace("\"", "") + "\" looks like " + NOUNS.getOrDefault(section, "") + ": indent it below "
                + section + ":";
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
