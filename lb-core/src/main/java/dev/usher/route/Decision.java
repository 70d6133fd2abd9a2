package dev.usher.route;

import dev.usher.config.HostPort;
import dev.usher.config.HttpRule;
import dev.usher.config.RoutePattern;
import dev.usher.name.ServerName;
import dev.usher.pool.Pool;
import org.jspecify.annotations.Nullable;

/** The outcome for a client's hello. */
public sealed interface Decision {
    /**
     * Serve the client.
     *
     * @param route the matching pattern; without a match, {@code default} or {@code no_sni}
     * @param http the rule by which an HTTP request goes to the pool; null for TLS
     * @param byRoute false exactly if no route matched: a route may itself be called {@code default}
     */
    record Serve(
            String route,
            Pool pool,
            boolean byRoute,
            @Nullable HttpRule http) implements Decision {
        /**
         * The address of the backend that the client names, for a pool with a template.
         *
         * @param port at which the client came in
         * @return null if the name leads to no address
         */
        public @Nullable HostPort address(@Nullable ServerName name, int port) {
            HostPort template = pool.config().template();
            if (template == null || name == null) {
                return null;
            }
            return template.filled(name.name(), template.needsSub() ? sub(name.name()) : null, port);
        }

        /**
         * The part of the name in place of the star. {@code TemplateUses} refuses a template that needs the part behind a
         * route without a star.
         */
        private String sub(String name) {
            return name.substring(
                    0, name.length() - RoutePattern.parse(route).name().length() - 1);
        }
    }

    /**
     * Serve the client with a last word of our own.
     *
     * @param route the matching pattern, {@code default} or {@code no_sni}, if its lists denied the client or its names
     *     are redirected; else null
     * @param byRoute true exactly if a route matched
     */
    record Refuse(Refusal why, @Nullable String route, boolean byRoute) implements Decision {}

    /** Reasons for a last word to a client with a well-formed hello. */
    enum Refusal {
        /** The hello has no name, and {@code no_sni_route} is reject. */
        NO_SNI,
        /** No route matches the name, and {@code default_route} is reject. */
        UNKNOWN_NAME,
        /** Same as {@link #NO_SNI}, but the setting is close: no alert. */
        NO_SNI_SILENT,
        /** Same as {@link #UNKNOWN_NAME}, but the setting is close: no alert. */
        UNKNOWN_NAME_SILENT,
        /** The allow and deny lists of the route or default exclude the client. */
        DENIED,
        /** The client asks for a port that the route or default does not list. */
        PORT,
        /** The client sends an HTTP request without TLS, and the route lets none pass. */
        NO_PLAIN,
        /** The client speaks HTTP, and the route is for TLS: the client is sent to https. */
        REDIRECT
    }
}
