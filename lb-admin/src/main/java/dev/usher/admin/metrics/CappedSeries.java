package dev.usher.admin.metrics;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BinaryOperator;

/** Limits the number of series, whatever is configured. */
final class CappedSeries {
    /** Name of the sum of all series beyond the limit. Names in a configuration cannot have parentheses. */
    static final String OTHER = "(other)";

    private CappedSeries() {}

    /** The first {@code max} entries, and the sum of the rest, if any, under {@link #OTHER}. */
    static <T> Map<String, T> of(Map<String, T> all, int max, BinaryOperator<T> sum) {
        if (all.size() <= max) {
            return all;
        }
        Map<String, T> capped = new LinkedHashMap<>();
        all.forEach((name, value) -> capped.merge(capped.size() < max ? name : OTHER, value, sum));
        return capped;
    }
}
