package dev.usher.map;

import org.jspecify.annotations.Nullable;

/** The traffic of each way, for a map of a running usher. */
public interface WayFlows {
    /** No traffic, as for a file. */
    WayFlows NONE = new WayFlows() {
        @Override
        public Flow route(@Nullable String listener, String pattern, boolean requests) {
            return Flow.NONE;
        }

        @Override
        public Flow fallback(@Nullable String listener, String word, boolean requests) {
            return Flow.NONE;
        }

        @Override
        public Flow listener(String name) {
            return Flow.NONE;
        }
    };

    /**
     * Traffic of a route.
     *
     * @param listener the owner; null for a route of the file
     * @param requests true for HTTP requests without TLS on the way to a backend; false for every further client
     */
    Flow route(@Nullable String listener, String pattern, boolean requests);

    /** Traffic of a way without a pattern, by the word of the access log: {@code default}, {@code not_tls.ssh}. */
    Flow fallback(@Nullable String listener, String word, boolean requests);

    /** Traffic of a listener with a pool of its own. */
    Flow listener(String name);
}
