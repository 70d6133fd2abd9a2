package dev.usher.config;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** How the file spells the constants of an enumeration: ROUND_ROBIN is {@code round-robin}. */
public final class Spelling {
    private Spelling() {}

    /** The word for one constant: lower case with hyphens. */
    public static String of(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The words for all constants of a type, in their order. */
    public static <E extends Enum<E>> List<String> all(Class<E> type) {
        return Arrays.stream(type.getEnumConstants()).map(Spelling::of).toList();
    }
}
