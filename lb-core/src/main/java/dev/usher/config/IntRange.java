package dev.usher.config;

import org.jspecify.annotations.Nullable;

/** The whole numbers that a setting may have, both ends included. */
public record IntRange(int min, int max) {
    /** The fault of {@code value}, such as "must be 1..256, was 0"; null if inside the range. */
    public @Nullable String faultIn(long value) {
        return value >= min && value <= max ? null : "must be " + this + ", was " + value;
    }

    public int check(int value, String field) {
        String fault = faultIn(value);
        if (fault != null) {
            throw new IllegalArgumentException(field + " " + fault);
        }
        return value;
    }

    @Override
    public String toString() {
        return max == Integer.MAX_VALUE ? "at least " + min : min + ".." + max;
    }
}
