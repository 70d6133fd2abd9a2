package dev.usher.server.yaml;

import dev.usher.config.DurationRange;
import dev.usher.config.IntRange;
import dev.usher.config.SizeRange;
import dev.usher.config.Spelling;
import dev.usher.config.Units;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A mapping of the file, taken apart key by key. Each method notes a fault at the value's place and returns the
 * default, so reading goes on. {@link #done()} notes the keys that were never asked for.
 */
final class Fields {
    private static final String NONE = "none";
    private static final Set<String> YES = Set.of("yes", "on", "y", "True", "TRUE", "Yes", "On", "YES", "ON", "1");
    private static final Set<String> NO = Set.of("no", "off", "n", "False", "FALSE", "No", "Off", "NO", "OFF", "0");

    private final Item.Mapping mapping;
    private final String path;
    private final Place place;
    private final Problems problems;
    private final Set<String> known = new LinkedHashSet<>();
    /** Required keys that are absent. */
    private final Set<String> missing = new LinkedHashSet<>();

    /**
     * @param path name of the mapping in messages; empty for the file itself
     * @param place target for faults of the mapping as a whole
     */
    Fields(Item.Mapping mapping, String path, Place place, Problems problems) {
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

    Item.@Nullable Scalar scalar(String key) {
        Item item = item(key);
        return item == null ? null : scalar(item, path(key));
    }

    /** The item as a single value; null for any other kind, which is then noted. */
    Item.@Nullable Scalar scalar(Item item, String called) {
        return switch (item) {
            case Item.Scalar scalar -> scalar;
            case Item.Invalid _ -> null;
            case Item.Null _, Item.Listing _, Item.Mapping _ -> {
                problems.error(item.place(), called + " must be a single value, was " + item.kind());
                yield null;
            }
        };
    }

    /** The parsed value; null when the parser refuses the text, with the parser's message noted. */
    <T> @Nullable T parsed(Item.@Nullable Scalar scalar, String called, Function<String, T> parser) {
        if (scalar == null) {
            return null;
        }
        try {
            return parser.apply(scalar.text());
        } catch (IllegalArgumentException fault) {
            String reason = scalar.secret() ? "the substituted value is not valid here" : fault.getMessage();
            problems.error(scalar.place(), called + ": " + reason);
            return null;
        }
    }

    <T> T value(String key, Function<String, T> parser, T otherwise) {
        T value = parsed(scalar(key), path(key), parser);
        return value == null ? otherwise : value;
    }

    int integer(String key, IntRange range, int otherwise) {
        Long value = parsed(scalar(key), path(key), Fields::wholeNumber);
        return value == null || outside(key, range.faultIn(value)) ? otherwise : value.intValue();
    }

    long bytes(String key, SizeRange range, long otherwise) {
        Long value = parsed(scalar(key), path(key), Units::bytes);
        return value == null || outside(key, range.faultIn(value)) ? otherwise : value;
    }

    int percent(String key, int otherwise) {
        return value(key, Units::percent, otherwise);
    }

    Duration duration(String key, DurationRange range, Duration otherwise) {
        Duration value = parsed(scalar(key), path(key), Units::duration);
        return value == null || outside(key, range.faultIn(value)) ? otherwise : value;
    }

    /** Like {@link #duration}, but null for {@code none}. */
    @Nullable
    Duration durationOrNone(String key, DurationRange range, @Nullable Duration otherwise) {
        if (isNone(key)) {
            return null;
        }
        Duration value = parsed(scalar(key), path(key), Units::duration);
        return value == null || outside(key, range.faultIn(value)) ? otherwise : value;
    }

    /** Checks a file's use for a setting. A fault is thrown with the name of the setting in its message. */
    @FunctionalInterface
    interface FileCheck {
        void look(Path file, String setting) throws IOException;
    }

    /**
     * The path of a usable file; null otherwise, which is then noted. A change of the file counts as a change of the
     * configuration, also while the file is unusable.
     */
    @Nullable
    Path file(String key, FileCheck check) {
        Path file = path(key, scalar(key));
        if (file != null) {
            problems.follow(file);
        }
        return file == null || !isGood(key, () -> check.look(file, path(key))) ? null : file;
    }

    /**
     * The path that a value names, relative to the directory of the file with the value. Null as by {@link #parsed}.
     */
    @Nullable
    Path path(String key, Item.@Nullable Scalar scalar) {
        Path named = parsed(scalar, path(key), Path::of);
        return named == null || scalar == null
                ? null
                : withoutDots(scalar.place().source().directory().resolve(named));
    }

    /** The path without {@code .} steps; {@code ..} stays, since a link may stand in front. */
    private static Path withoutDots(Path path) {
        Path whole = path.getRoot() == null ? Path.of("") : path.getRoot();
        for (Path step : path) {
            whole = step.toString().equals(".") ? whole : whole.resolve(step);
        }
        return whole;
    }

    /** Checks the thing that a value names. */
    @FunctionalInterface
    interface Look {
        void look() throws IOException;
    }

    /** True if the check finds no fault; a fault is noted. */
    boolean isGood(String key, Look check) {
        try {
            check.look();
            return true;
        } catch (IOException fault) {
            problems.error(valuePlace(key), String.valueOf(fault.getMessage()));
            return false;
        }
    }

    /** True if the value is the word {@code none}. */
    boolean isNone(String key) {
        return has(key)
                && item(key) instanceof Item.Scalar scalar
                && scalar.text().equals(NONE);
    }

    boolean flag(String key, boolean otherwise) {
        return value(key, Fields::trueOrFalse, otherwise);
    }

    /** The constant of a word; for a misspelt word, which is then noted, the clearly meant constant or the default. */
    <E extends Enum<E>> E choice(String key, Class<E> type, E otherwise) {
        Item.Scalar scalar = scalar(key);
        if (scalar == null) {
            return otherwise;
        }
        List<String> words = Spelling.all(type);
        int found = words.indexOf(scalar.text());
        if (found < 0) {
            String word = scalar.text().toLowerCase(Locale.ROOT);
            problems.error(
                    scalar.place(),
                    path(key) + " must be " + oneOf(words) + ", was \"" + scalar.text() + '"'
                            + Suggestion.text(word, words));
            found = words.indexOf(Suggestion.clear(word, words).orElse(Spelling.of(otherwise)));
        }
        return type.getEnumConstants()[found];
    }

    /** The items of a list; a value that is no list counts as a list of one item. */
    List<Item> items(String key) {
        return switch (item(key)) {
            case null -> List.of();
            case Item.Listing listing -> listing.items();
            case Item.Null _, Item.Invalid _ -> List.of();
            case Item.Scalar scalar -> List.of(scalar);
            case Item.Mapping inner -> List.of(inner);
        };
    }

    /** The parsed values of a list of texts. A refused or repeated value is noted and left out. */
    <T> List<T> list(String key, Function<String, T> parser, List<T> otherwise) {
        return has(key) ? List.copyOf(placed(key, parser).keySet()) : otherwise;
    }

    /** Like {@link #list}, with the place of each value. */
    <T> Map<T, Place> placed(String key, Function<String, T> parser) {
        Map<T, Place> values = new LinkedHashMap<>();
        boolean isList = item(key) instanceof Item.Listing;
        int index = 0;
        for (Item item : items(key)) {
            String called = isList ? path(key) + "[" + index++ + "]" : path(key);
            T value = parsed(scalar(item, called), called, parser);
            if (value == null) {
                continue;
            }
            Place first = values.putIfAbsent(value, item.place());
            if (first != null) {
                problems.error(item.place(), path(key) + " has " + value + " twice, first at " + first);
            }
        }
        return values;
    }

    /** The mapping under a key; null when absent, or when the value is of another kind, which is then noted. */
    @Nullable
    Fields fields(String key) {
        Item item = item(key);
        return item == null ? null : fields(item, path(key), keyPlace(key));
    }

    /** The item as a mapping; null for any other kind, which is then noted. */
    @Nullable
    Fields fields(Item item, String called, Place pointed) {
        if (item instanceof Item.Mapping inner) {
            return new Fields(inner, called, pointed, problems);
        }
        String hint = Shorthand.hint(called, item);
        Place glued =
                item instanceof Item.Scalar scalar ? SyntaxFault.glued(scalar, called, pointed, hint != null) : null;
        if (glued != null) {
            problems.error(glued, SyntaxFault.NO_SPACE);
        } else if (!(item instanceof Item.Invalid)) {
            problems.error(item.place(), called + " must be a mapping, was " + item.kind(), hint);
        }
        return null;
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

    /** Makes a record of valid parts; null when the parts do not go together, which is then noted. */
    <T> @Nullable T build(Supplier<T> construction) {
        try {
            return construction.get();
        } catch (IllegalArgumentException fault) {
            problems.error(place, withPath(String.valueOf(fault.getMessage())));
            return null;
        }
    }

    /** Extends the section's name in a record's message to the full path of the section. */
    private String withPath(String message) {
        String section = path.substring(path.lastIndexOf('.') + 1) + ".";
        boolean named = path.isEmpty() || !message.startsWith(section);
        return named ? message : path(message.substring(section.length()));
    }

    static String oneOf(List<String> words) {
        return words.size() == 1
                ? words.getFirst()
                : String.join(", ", words.subList(0, words.size() - 1)) + " or " + words.getLast();
    }

    private boolean outside(String key, @Nullable String fault) {
        if (fault == null) {
            return false;
        }
        problems.error(valuePlace(key), path(key) + " " + fault);
        return true;
    }

    private static Long wholeNumber(String text) {
        if (!text.matches("-?[0-9]{1,18}")) {
            throw new IllegalArgumentException('"' + text + "\" is not a whole number");
        }
        if (text.matches("-?0[0-9]+")) {
            throw new IllegalArgumentException(
                    '"' + text + "\" has a leading zero, which some tools read as octal: leave it out");
        }
        return Long.valueOf(text);
    }

    private static Boolean trueOrFalse(String text) {
        return switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> {
                String hint = YES.contains(text) ? ": write true" : NO.contains(text) ? ": write false" : "";
                throw new IllegalArgumentException('"' + text + "\" is not true or false" + hint);
            }
        };
    }
}
