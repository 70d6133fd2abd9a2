package dev.usher.server.yaml;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The keys of a mapping of the file: asked for, absent, useless or unknown, and the place of each. {@link #done()}
 * notes the keys that were never asked for.
 */
abstract class Keys {
    private final Item.Mapping mapping;
    private final String path;
    private final Place place;
    final Problems problems;
    private final Set<String> known = new LinkedHashSet<>();
    /** Required keys that are absent. */
    private final Set<String> missing = new LinkedHashSet<>();

    /**
     * @param path name of the mapping in messages; empty for the file itself
     * @param place target for faults of the mapping as a whole
     */
    Keys(Item.Mapping mapping, String path, Place place, Problems problems) {
        this.mapping = mapping;
        this.path = path;
        this.place = place;
        this.problems = problems;
    }

    String path() {
        return path;
    }

    String path(String key) {
        return path.isEmpty() ? key : path + "." + key;
    }

    Place place() {
        return place;
    }

    boolean has(String key) {
        known.add(key);
        return mapping.entry(key) != null;
    }

    /** The value; null when the key is absent, or has no value, which is then noted. */
    @Nullable
    Item item(String key) {
        known.add(key);
        Item.Entry entry = mapping.entry(key);
        if (entry == null) {
            return null;
        }
        return switch (entry.value()) {
            case Item.Null _ -> {
                problems.error(entry.place(), path(key) + " has no value: give it one, or leave the key out");
                yield null;
            }
            case Item.Invalid _ -> null;
            case Item.Scalar _, Item.Listing _, Item.Mapping _ -> entry.value();
        };
    }

    /** Place of the key; the mapping's place when the key is absent. */
    Place keyPlace(String key) {
        Item.Entry entry = mapping.entry(key);
        return entry == null ? place : entry.place();
    }

    /** Place of the value; the mapping's place when the key is absent. */
    Place valuePlace(String key) {
        Item.Entry entry = mapping.entry(key);
        return entry == null ? place : entry.value().place();
    }

    /** Makes {@link #done} note the key if it is absent. */
    void require(String key) {
        if (!has(key)) {
            missing.add(key);
        }
    }

    /** Notes the key as useless here, if present. */
    void refuse(String key, String reason) {
        if (has(key)) {
            problems.error(keyPlace(key), path(key) + " " + reason);
        }
    }

    /** Warns of the value, at the value's place. */
    void warn(String key, String message) {
        problems.warning(valuePlace(key), path(key) + ": " + message);
    }

    /** Notes the value as useless, at the value's place. */
    void refuseValue(String key, String reason) {
        problems.error(valuePlace(key), path(key) + " " + reason);
    }

    List<Item.Entry> entries() {
        return mapping.entries();
    }

    /** Notes every key that was never asked for, and every absent required key that is not merely misspelt. */
    void done() {
        for (Item.Entry entry : mapping.entries()) {
            if (!known.contains(entry.key())) {
                String where = path.isEmpty() ? "" : " in " + path;
                problems.error(
                        entry.place(),
                        "unknown key \"" + entry.key() + "\"" + where + KeyHelp.text(entry.key(), known));
                KeyHelp.meant(entry.key(), known).ifPresent(missing::remove);
            }
        }
        missing.forEach(key -> problems.error(place, path(key) + " must be given"));
    }
}
