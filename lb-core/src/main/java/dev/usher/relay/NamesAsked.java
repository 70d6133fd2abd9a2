package dev.usher.relay;

import dev.usher.metrics.NameSketch;
import dev.usher.name.ServerName;
import dev.usher.route.Decision;

/**
 * The names that clients of one worker ask for most. Names with a route and names without are kept apart: a flood of
 * random ones cannot push out those that are served. On the worker's thread.
 */
public final class NamesAsked {
    /** Of each kind: more than most have routes, in less than a hundred kilobytes. */
    public static final int CAPACITY = 1000;

    private final NameSketch known = new NameSketch(CAPACITY);
    private final NameSketch unknown = new NameSketch(CAPACITY);

    void count(ServerName name, Decision decision, long nowNanos) {
        boolean hasRoute = switch (decision) {
            case Decision.Serve serve -> serve.byRoute();
            case Decision.Refuse refuse -> refuse.route() != null;
        };
        (hasRoute ? known : unknown).count(name.name(), nowNanos);
    }

    /** @param name is no server name, so no route can have it */
    void countRefused(String name, long nowNanos) {
        unknown.count(name, nowNanos);
    }

    /** Names that a route has, whether or not the client was let in. */
    public NameSketch known() {
        return known;
    }

    /** Names that no route has, and what was sent in place of a name. */
    public NameSketch unknown() {
        return unknown;
    }
}
