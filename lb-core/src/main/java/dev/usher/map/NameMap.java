package dev.usher.map;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The map: each pool with the ways to the pool and the backends behind.
 *
 * @param listeners in the order of the file
 * @param groups pools in the order of the file
 * @param refusals ways to no pool
 * @param more pools left out; null for a whole map
 */
public record NameMap(
        List<Door> listeners,
        List<Group> groups,
        List<Refusal> refusals,
        @Nullable More more) {
    public NameMap {
        listeners = List.copyOf(listeners);
        groups = List.copyOf(groups);
        refusals = List.copyOf(refusals);
    }

    /**
     * A listener.
     *
     * @param type in words, such as {@code tls, postgres by route}
     * @param binds addresses, at least one
     */
    public record Door(String name, String type, List<String> binds) {
        public Door {
            binds = List.copyOf(binds);
        }
    }

    /**
     * A pool.
     *
     * @param named false for an inline pool, named after a route or listener
     * @param settings in words, such as {@code round-robin, tcp probes}
     * @param ways ways to the pool; may be empty
     * @param moreWays ways left out; may be null
     * @param moreBackends backends left out; may be null
     */
    public record Group(
            String pool,
            boolean named,
            String settings,
            Standing standing,
            List<Way> ways,
            @Nullable More moreWays,
            List<Stop> backends,
            @Nullable More moreBackends) {
        public Group {
            ways = List.copyOf(ways);
            backends = List.copyOf(backends);
        }

        /** The sum over the backends. */
        public Flow flow() {
            Flow rest = moreBackends == null ? Flow.NONE : moreBackends.flow();
            return backends.stream().map(Stop::flow).reduce(rest, Flow::plus);
        }
    }

    /**
     * A route, a default or a listener of type tcp.
     *
     * @param name the pattern, the key of the default, or {@code listener NAME}
     * @param condition in words, such as {@code alpn acme-tls/1}; may be empty
     */
    public record Way(String name, String condition, Flow flow) {
        /** Name and condition. */
        public String text() {
            return condition.isEmpty() ? name : name + " (" + condition + ")";
        }
    }

    /**
     * A backend.
     *
     * @param address host and port
     * @param settings in words, such as {@code weight 2}; empty without any
     * @param reason of the standing, in words; empty without any
     */
    public record Stop(String address, String settings, Standing standing, String reason, Flow flow) {
        /** Address and settings. */
        public String text() {
            return settings.isEmpty() ? address : address + " (" + settings + ")";
        }
    }

    /** A way to no pool: {@code refused} or {@code closed}. */
    public record Refusal(Way way, String outcome) {}

    /**
     * Places left out of the map, with their traffic.
     *
     * @param faulty the number of these places with a fault
     */
    public record More(int count, int faulty, Flow flow) {}
}
