package dev.usher.config;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** The file's spelling of enum constants: ROUND_ROBIN is {@code round-robin}. */
public final class Spelling {
    private Spelling() {}

    /** The word for a constant: lower case with hyphens. */
    public static String of(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The words for the constants of a type, in declaration order. */
    public static <E extends Enum<E>> List<String> all(Class<E> type) {
        return Arrays.stream(type.getEnumConstants()).map(Spelling::of).toList();
    }
}
