package dev.usher.config;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Spellings of enum constants: ROUND_ROBIN is {@code round-robin} in the file, and {@code round_robin} elsewhere. */
public final class Spelling {
    /** A type with constants whose words are not their names. */
    interface Own {
        /** The word of the file, and of everywhere else. */
        String spelling();
    }

    private Spelling() {}

    /** The word of the file: lower case with hyphens. */
    public static String of(Enum<?> constant) {
        return constant instanceof Own own ? own.spelling() : snake(constant).replace('_', '-');
    }

    /** The word of logs, metrics and the API: lower case with underscores. */
    public static String snake(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    /** The words of the file for the constants of a type, in declaration order. */
    public static <E extends Enum<E>> List<String> all(Class<E> type) {
        return Arrays.stream(type.getEnumConstants()).map(Spelling::of).toList();
    }
}
