package dev.usher.config;

import org.jspecify.annotations.Nullable;

/** The sizes that a setting may have, in bytes, both ends included. */
public record SizeRange(long min, long max) {
    /** The fault of {@code bytes}, such as "must be 1KiB..64KiB, was 1MiB"; null if inside the range. */
    public @Nullable String faultIn(long bytes) {
        return bytes >= min && bytes <= max ? null : "must be " + this + ", was " + Units.sizeText(bytes);
    }

    long check(long bytes, String field) {
        String fault = faultIn(bytes);
        if (fault != null) {
            throw new IllegalArgumentException(field + " " + fault);
        }
        return bytes;
    }

    @Override
    public String toString() {
        return Units.sizeText(min) + ".." + Units.sizeText(max);
    }
}
