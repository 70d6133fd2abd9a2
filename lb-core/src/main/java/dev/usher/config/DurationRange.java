package dev.usher.config;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The durations that a setting may have, both ends included. */
public record DurationRange(Duration min, Duration max) {
    /** The fault of {@code value}, such as "must be 10ms..1m, was 2m"; null if inside the range. */
    public @Nullable String faultIn(Duration value) {
        boolean inside = value.compareTo(min) >= 0 && value.compareTo(max) <= 0;
        return inside ? null : "must be " + this + ", was " + Units.text(value);
    }

    Duration check(Duration value, String field) {
        String fault = faultIn(Check.present(value, field));
        if (fault != null) {
            throw new IllegalArgumentException(field + " " + fault);
        }
        return value;
    }

    @Override
    public String toString() {
        return Units.text(min) + ".." + Units.text(max);
    }
}
