package dev.usher.server.yaml;

import dev.usher.config.RoutePattern;
import org.jspecify.annotations.Nullable;

/**
 * A name under {@code expect} for which the file decides. A route of a source must not decide in place of the file.
 *
 * @param name lower case, A-labels
 * @param route of the file for the name; null without one
 * @param called path and place of the expectation, for example {@code expect.www.example.com, usher.yaml:9:20}
 */
public record Kept(String name, @Nullable RoutePattern route, String called) {
    /** Whether the file would lose the name to a further route. */
    public boolean losesTo(RoutePattern further) {
        return further.covers(name) && (route == null || further.isNarrowerThan(route));
    }
}
