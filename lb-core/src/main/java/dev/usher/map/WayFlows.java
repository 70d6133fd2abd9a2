package dev.usher.map;

import org.jspecify.annotations.Nullable;

/** The traffic of each way, for a map of a running usher. */
public interface WayFlows {
    /** No traffic, as for a file. */
    WayFlows NONE = new WayFlows() {
        @Override
        public Flow route(@Nullable String listener, String pattern) {
            return Flow.NONE;
        }

        @Override
        public Flow fallback(@Nullable String listener, boolean nameless) {
            return Flow.NONE;
        }

        @Override
        public Flow listener(String name) {
            return Flow.NONE;
        }
    };

    /** Traffic of a route; {@code listener} is the owner, null for a route of the file. */
    Flow route(@Nullable String listener, String pattern);

    /** Traffic of {@code no_sni_route} if {@code nameless}, else of {@code default_route}. */
    Flow fallback(@Nullable String listener, boolean nameless);

    /** Traffic of a listener with a pool of its own. */
    Flow listener(String name);
}
