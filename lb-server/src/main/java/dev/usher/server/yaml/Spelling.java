package dev.usher.server.yaml;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** How the file spells the constants of an enumeration: ROUND_ROBIN is {@code round-robin}. */
final class Spelling {
    private Spelling() {}

    static String of(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    static <E extends Enum<E>> List<String> all(Class<E> type) {
        return Arrays.stream(type.getEnumConstants()).map(Spelling::of).toList();
    }
}
