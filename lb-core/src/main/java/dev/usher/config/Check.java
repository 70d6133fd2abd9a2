package dev.usher.config;

import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Checks shared by several records. Each throws {@link IllegalArgumentException} with field, rule and value. */
final class Check {
    private static final Pattern NAME = Pattern.compile("[a-z0-9_-]{1,64}");

    private Check() {}

    static <T> T present(@Nullable T value, String field) {
        if (value == null) {
            throw new IllegalArgumentException(field + " must be given");
        }
        return value;
    }

    static String notBlank(String value, String field) {
        that(!present(value, field).isBlank(), field + " must not be empty");
        return value;
    }

    static boolean isName(String value) {
        return NAME.matcher(value).matches();
    }

    static void name(String value, String field) {
        that(
                isName(notBlank(value, field)),
                field + " must be lower-case letters, digits, _ or -, was \"" + value + '"');
    }

    static void that(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalArgumentException(otherwise);
        }
    }

    /** Checks a condition; for thousands of checks with hardly a failure, so the text is built only for a failure. */
    static void that(boolean holds, Supplier<String> otherwise) {
        if (!holds) {
            throw new IllegalArgumentException(otherwise.get());
        }
    }

    /** Returns an unmodifiable copy; an empty list is refused. */
    static <T> List<T> notEmpty(List<T> values, String field) {
        that(!present(values, field).isEmpty(), field + " must not be empty");
        return List.copyOf(values);
    }

    /** Returns an unmodifiable copy; a repeated value is refused. */
    static <T> List<T> distinct(List<T> values, String field) {
        if (present(values, field).isEmpty()) {
            return List.of();
        }
        Set<T> seen = new HashSet<>();
        for (T value : values) {
            that(seen.add(value), () -> field + " has " + value + " twice");
        }
        return List.copyOf(values);
    }

    /** Returns an unmodifiable copy that keeps the order. */
    static <K, V> Map<K, V> ordered(Map<K, V> values, String field) {
        return Collections.unmodifiableMap(new LinkedHashMap<>(present(values, field)));
    }
}
