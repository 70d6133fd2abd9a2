package dev.usher.server.yaml;

import dev.usher.config.DurationRange;
import dev.usher.config.IntRange;
import dev.usher.config.SizeRange;
import dev.usher.config.Spelling;
import dev.usher.config.Units;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The values of a mapping of the file, by key. Each method notes a fault at the value's place and returns the default,
 * so reading goes on.
 */
final class Fields extends Keys {
    private static final String NONE = "none";

    /**
     * @param path name of the mapping in messages; empty for the file itself
     * @param place target for faults of the mapping as a whole
     */
    Fields(Item.Mapping mapping, String path, Place place, Problems problems) {
        super(mapping, path, place, problems);
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
        Long value = parsed(scalar(key), path(key), Scalars::wholeNumber);
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

    /** True if the value is the word {@code none}. */
    boolean isNone(String key) {
        return has(key)
                && item(key) instanceof Item.Scalar scalar
                && scalar.text().equals(NONE);
    }

    boolean flag(String key, boolean otherwise) {
        return value(key, Scalars::trueOrFalse, otherwise);
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
            problems.error(
                    scalar.place(),
                    path(key) + " must be " + Scalars.oneOf(words) + ", was \"" + scalar.text() + '"'
                            + PeerWords.text(scalar.text(), type, words));
            found = words.indexOf(PeerWords.clear(scalar.text(), type, words).orElse(Spelling.of(otherwise)));
        }
        return type.getEnumConstants()[found];
    }

    /** Whether the value is no word of a choice, and near to no single word: the meaning is unknown. */
    <E extends Enum<E>> boolean isUnclear(String key, Class<E> type) {
        List<String> words = Spelling.all(type);
        return switch (item(key)) {
            case null -> false;
            case Item.Scalar scalar ->
                !words.contains(scalar.text())
                        && PeerWords.clear(scalar.text(), type, words).isEmpty();
            case Item.Null _, Item.Listing _, Item.Mapping _, Item.Invalid _ -> true;
        };
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

    /** Makes a record of valid parts; null when the parts do not go together, which is then noted. */
    <T> @Nullable T build(Supplier<T> construction) {
        try {
            return construction.get();
        } catch (IllegalArgumentException fault) {
            problems.error(place(), withPath(String.valueOf(fault.getMessage())));
            return null;
        }
    }

    /** Extends the section's name in a record's message to the full path of the section. */
    private String withPath(String message) {
        String section = path().substring(path().lastIndexOf('.') + 1) + ".";
        boolean named = path().isEmpty() || !message.startsWith(section);
        return named ? message : path(message.substring(section.length()));
    }

    private boolean outside(String key, @Nullable String fault) {
        if (fault == null) {
            return false;
        }
        problems.error(valuePlace(key), path(key) + " " + fault);
        return true;
    }
}
