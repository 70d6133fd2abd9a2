package dev.usher.server.convert.draft;

import dev.usher.config.RoutePattern;
import java.util.List;

/**
 * Server names of a peer's rule, in usher's patterns.
 *
 * @param patterns empty for a rule without an equal in usher
 * @param difference between the rule and the patterns, for people; empty if both have the same names
 */
public record Names(List<RoutePattern> patterns, String difference) {
    static final Names NONE = new Names(List.of(), "");

    public Names {
        patterns = List.copyOf(patterns);
    }

    /** A single pattern; throws {@link IllegalArgumentException} for any text but a pattern. */
    public static Names of(String pattern) {
        return new Names(List.of(RoutePattern.parse(pattern)), "");
    }

    /** A single pattern, near to the rule. */
    public static Names near(String pattern, String difference) {
        return new Names(List.of(RoutePattern.parse(pattern)), difference);
    }

    public boolean isNone() {
        return patterns.isEmpty();
    }
}
