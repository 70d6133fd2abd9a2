package dev.usher.relay;

import dev.usher.metrics.NameSketch;
import dev.usher.name.ServerName;
import dev.usher.route.Decision;

/**
 * The names most asked for by clients of one worker. Names with a route and names without are kept apart, so a flood of
 * random names cannot push out served names. On the worker's thread.
 */
public final class NamesAsked {
    /** Names kept of each kind: more than most users have routes, in less than a hundred kilobytes. */
    public static final int CAPACITY = 1000;

    private final NameSketch known = new NameSketch(CAPACITY);
    private final NameSketch unknown = new NameSketch(CAPACITY);

    void count(ServerName name, Decision decision, long nowNanos) {
        boolean hasRoute = switch (decision) {
            case Decision.Serve serve -> serve.byRoute();
            case Decision.Refuse refuse -> refuse.byRoute();
        };
        (hasRoute ? known : unknown).count(name.name(), nowNanos);
    }

    /** @param name not a valid server name, so without a route */
    void countRefused(String name, long nowNanos) {
        unknown.count(name, nowNanos);
    }

    /** Names with a route, whether or not the client was let in. */
    public NameSketch known() {
        return known;
    }

    /** Names without a route, and text sent in place of a name. */
    public NameSketch unknown() {
        return unknown;
    }
}
