package dev.usher.relay;

import dev.usher.config.UsherConfig;
import dev.usher.pool.Pool;
import dev.usher.route.RouteTable;
import java.util.Collections;
import java.util.Map;

/**
 * All that a session takes its decisions from, as of one configuration. Immutable; behind one volatile field. A session
 * reads it when it has a decision to take, and uses up what it read within the same turn.
 *
 * @param pools by name
 */
public record Routing(UsherConfig config, RouteTable routes, Map<String, Pool> pools) {
    /** Builds the table of a configuration over its pools. */
    public static Routing of(UsherConfig config, Map<String, Pool> pools) {
        return new Routing(config, new RouteTable(config, pools), Collections.unmodifiableMap(pools));
    }
}
