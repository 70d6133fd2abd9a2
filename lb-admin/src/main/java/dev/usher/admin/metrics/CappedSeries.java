package dev.usher.admin.metrics;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BinaryOperator;

/** Keeps the number of series within bounds, whatever is configured. */
final class CappedSeries {
    /** What all that has no place of its own is summed up under. No name of a configuration has parentheses. */
    static final String OTHER = "(other)";

    private CappedSeries() {}

    /** The first {@code max} of them, and one for all that follow, if any do. */
    static <T> Map<String, T> of(Map<String, T> all, int max, BinaryOperator<T> sum) {
        if (all.size() <= max) {
            return all;
        }
        Map<String, T> capped = new LinkedHashMap<>();
        all.forEach((name, value) -> capped.merge(capped.size() < max ? name : OTHER, value, sum));
        return capped;
    }
}
