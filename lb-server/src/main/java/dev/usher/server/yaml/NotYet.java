package dev.usher.server.yaml;

import java.util.List;
import java.util.function.Predicate;

/**
 * The settings that this version reads and checks and does not follow. A version that follows one deletes its line, and
 * the class with the last.
 */
final class NotYet {
    private static final List<Rule> RULES = List.of(harmless("admin", NotYet::bindNone));

    private NotYet() {}

    /**
     * @param path keys from the root of the file; {@code *} is any key
     * @param without true of values that ask for what happens anyway
     */
    private record Rule(List<String> path, Predicate<Item> without) {}

    /** Notes every setting of the file that has no effect; one that has another fault at its place is left alone. */
    static void check(Item.Mapping root, Problems problems) {
        for (Rule rule : RULES) {
            check(rule, root, "", 0, problems);
        }
    }

    private static void check(Rule rule, Item.Mapping mapping, String path, int depth, Problems problems) {
        String wanted = rule.path().get(depth);
        for (Item.Entry entry : mapping.entries()) {
            if (!wanted.equals("*") && !wanted.equals(entry.key())) {
                continue;
            }
            String called = path + entry.key();
            if (depth + 1 == rule.path().size()) {
                report(rule, entry, called, problems);
            } else if (entry.value() instanceof Item.Mapping inner) {
                check(rule, inner, called + ".", depth + 1, problems);
            }
        }
    }

    private static void report(Rule rule, Item.Entry entry, String called, Problems problems) {
        Item value = entry.value();
        boolean faulty = value instanceof Item.Null || value instanceof Item.Invalid;
        if (faulty
                || rule.without().test(value)
                || problems.hasErrorAt(value.place())
                || problems.hasErrorAt(entry.place())) {
            return;
        }
        problems.warning(entry.place(), called + " is read and checked but has no effect in this version");
    }

    private static Rule harmless(String path, Predicate<Item> without) {
        return new Rule(List.of(path.split("\\.")), without);
    }

    private static Predicate<Item> word(String word) {
        return item -> item instanceof Item.Scalar scalar && scalar.text().equals(word);
    }

    private static boolean bindNone(Item item) {
        return word("none").test(item) || has(item, "bind", word("none"));
    }

    private static boolean has(Item item, String key, Predicate<Item> wanted) {
        if (!(item instanceof Item.Mapping mapping)) {
            return false;
        }
        Item.Entry entry = mapping.entry(key);
        return entry != null && wanted.test(entry.value());
    }
}
