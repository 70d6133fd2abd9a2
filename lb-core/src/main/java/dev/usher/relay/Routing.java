package dev.usher.relay;

import dev.usher.config.UsherConfig;
import dev.usher.pool.Pool;
import dev.usher.route.RouteTable;
import java.util.Collections;
import java.util.Map;

/**
 * The basis of a session's decisions: one configuration with its routes and pools. Immutable; behind one volatile
 * field. A session reads the field for each decision, and keeps nothing of it beyond the turn, except for the counts of
 * its way.
 *
 * @param pools by name
 * @param traffic counts of each way
 */
public record Routing(UsherConfig config, RouteTable routes, Map<String, Pool> pools, WayTraffic traffic) {
    /** Builds the route table of a configuration over its pools. */
    public static Routing of(UsherConfig config, Map<String, Pool> pools) {
        return of(config, pools, new WayTraffic(config));
    }

    private static Routing of(UsherConfig config, Map<String, Pool> pools, WayTraffic traffic) {
        return new Routing(config, new RouteTable(config, pools), Collections.unmodifiableMap(pools), traffic);
    }

    /** The routing of the next configuration; the counts go on. */
    public Routing next(UsherConfig config, Map<String, Pool> pools) {
        return of(config, pools, traffic.next(config));
    }
}
