package dev.usher.route;

import dev.usher.pool.Pool;
import org.jspecify.annotations.Nullable;

/** What becomes of a hello. */
public sealed interface Decision {
    /**
     * It is served.
     *
     * @param route the pattern that won; where none did, {@code default} or {@code no_sni}
     * @param byRoute false exactly if none did: a route may be called {@code default} too
     */
    record Serve(String route, Pool pool, boolean byRoute) implements Decision {}

    /**
     * It is not.
     *
     * @param route the pattern that won and denied it; null if none was found
     */
    record Refuse(Refusal why, @Nullable String route) implements Decision {}

    /** Why a well-formed hello is not served. */
    enum Refusal {
        /** It has no name, and {@code no_sni_route} says reject. */
        NO_SNI,
        /** No route has its name, and {@code default_route} says reject. */
        UNKNOWN_NAME,
        /** As {@link #NO_SNI}, where the setting says close: no alert. */
        NO_SNI_SILENT,
        /** As {@link #UNKNOWN_NAME}, where the setting says close: no alert. */
        UNKNOWN_NAME_SILENT,
        /** The route's allow and deny lists are against the client. */
        DENIED
    }
}
